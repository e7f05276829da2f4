"""Borders are simplified once for both sides; what is drawn fits its box, in whole pixels, and no county is lost."""

import json
import tarfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions import shapes, tables
from jurisdictions.imports.build.shapes import (
    SMALLEST_COUNTY,
    Topology,
    area,
    bounds,
    deep_inside,
    drawn,
    is_inside,
    joined,
    rows_of,
    shape_rows,
    simplified,
    whole,
)

# Two states side by side: 01 with a county above the other, 02 with one county and an island. Steps of ten.
#
#   0--1--2      arcs: 0 around 01001 from its west corner over the top, 1 its border with 01003, 2 around 01003,
#   |01|02|            3 and 4 the border of the states beside 01001 and 01003, 5 around 02001, 6 the island.
#   +--+  |
#   |03|  |
#   +--+--+
ATLAS = {
    "transform": {"scale": [10, 10], "translate": [100, 50]},
    "arcs": [
        [[0, 3], [0, -3], [4, 0]],
        [[0, 3], [4, 0]],
        [[0, 3], [0, 3], [4, 0]],
        [[4, 0], [0, 3]],
        [[4, 3], [0, 3]],
        [[4, 6], [4, 0], [0, -6], [-4, 0]],
        [[9, 0], [1, 0], [0, 1], [-1, 0], [0, -1]],
    ],
    "objects": {
        "counties": {
            "geometries": [
                {"type": "Polygon", "id": "01001", "arcs": [[0, 3, ~1]]},
                {"type": "Polygon", "id": "01003", "arcs": [[1, 4, ~2]]},
                {"type": "MultiPolygon", "id": "02001", "arcs": [[[~5, ~4, ~3]], [[6]]]},
            ]
        },
        "states": {
            "geometries": [
                {"type": "Polygon", "id": "01", "arcs": [[0, 3, 4, ~2]]},
                {"type": "MultiPolygon", "id": "02", "arcs": [[[~5, ~4, ~3]], [[6]]]},
            ]
        },
    },
}


@pytest.fixture
def atlas(tmp_path) -> Path:
    path = tmp_path / "counties-albers-10m.json"
    path.write_text(json.dumps(ATLAS))
    return path


def draw(topology, box=(101, 101), **knobs):
    return drawn(topology, bounds(topology.arcs), box, knobs.pop("coarse", 1.0), **knobs)


def size(rings) -> float:
    return sum(abs(area(ring)) for ring in rings)


def test_arcs_are_steps_from_a_first_point_scaled_and_moved(atlas):
    topology = Topology.read(atlas)
    assert topology.arcs[1] == ((100, 80), (140, 80))
    assert topology.areas["01001"] == ((0, 3, ~1),)
    assert len(topology.areas["02001"]) == 2


def test_the_package_is_read_as_well_as_the_file(atlas, tmp_path):
    with tarfile.open(tmp_path / "atlas.tgz", "w:gz") as package:
        package.add(atlas, "package/counties-albers-10m.json")
    assert Topology.read(tmp_path / "atlas.tgz") == Topology.read(atlas)


def test_a_shape_that_is_no_polygon_stops_the_build(atlas):
    broken = json.loads(json.dumps(ATLAS))
    broken["objects"]["counties"]["geometries"][0] = {"type": "LineString", "id": "01001", "arcs": [0]}
    atlas.write_text(json.dumps(broken))
    with pytest.raises(ValueError, match="01001"):
        Topology.read(atlas)


def test_the_frame_fills_the_box_in_whole_pixels(atlas):
    drawing = draw(Topology.read(atlas), (102, 500))
    assert (drawing.width, drawing.height) == (102, 62)
    assert {type(value) for arc in drawing.arcs for point in arc for value in point} == {int}
    assert bounds(drawing.arcs) == (1, 1, 101, 61)


def test_counties_taken_together_lose_the_borders_between_them(atlas):
    drawing = draw(Topology.read(atlas))
    both = drawing.outline(["01001", "01003"])
    assert len(both) == 1
    assert both[0][0] == both[0][-1]
    assert size(both) == size(drawing.outline(["01001"])) + size(drawing.outline(["01003"]))
    assert len(drawing.outline(drawing.rings)) == 2, "the land and the island"
    assert drawing.outline(["78010"]) == []


def test_a_border_between_states_is_one_though_counties_end_at_it(atlas):
    states = Topology.read(atlas, "states").whole_borders()
    assert len(states.arcs) == 4, "around each, between the two, and the island"
    assert states.areas["01"] == ((0, 1),) or len(states.areas["01"][0]) == 2
    shared = {number if number >= 0 else ~number for number in states.areas["01"][0]} & {
        number if number >= 0 else ~number for number in states.areas["02"][0]
    }
    assert len(shared) == 1


def test_an_island_too_small_to_see_is_left_out_but_no_county(atlas):
    drawing = draw(Topology.read(atlas), (12, 12))
    assert len(drawing.rings["02001"]) == 1
    assert set(drawing.rings) == {"01001", "01003", "02001"}


def test_a_county_too_small_to_see_becomes_a_square_on_its_states_map(atlas):
    drawing = draw(Topology.read(atlas), (7, 7), smallest=SMALLEST_COUNTY)
    assert size(drawing.outline(["01001"])) == 36


def test_what_is_written_is_what_is_read(atlas):
    drawing = draw(Topology.read(atlas))
    rows = list(rows_of("us", drawing))
    assert rows[0] == ("us", "box", f"{drawing.width} {drawing.height}")
    assert tuple(shapes.unpacked(value) for _map, what, value in rows if what == "arc") == drawing.arcs
    assert {name for name, _what, _value in shape_rows(atlas)} == {"us", "states", "01", "02"}


def test_a_sign_stands_where_there_is_most_room():
    """In the wide end of the shape, off its middle and off the narrow arm."""
    ring = ((0, 0), (40, 0), (40, 4), (12, 4), (12, 30), (0, 30), (0, 0))
    x, y = deep_inside(ring)
    assert (3 <= x <= 9, 4 <= y <= 27) == (True, True)
    assert deep_inside(((5, 5), (5, 5))) == (5, 5), "a shape without an inside"


def test_each_state_has_a_place_for_its_sign_inside_its_outline():
    states = shapes.drawings()["states"]
    assert states.middles.keys() == states.rings.keys()
    for state, point in states.middles.items():
        inside = [is_inside(ring, point) for ring in states.outline([state])]
        assert any(inside) or state == "11", state


POINTS = st.tuples(st.integers(0, 50), st.integers(0, 50))


@given(st.lists(POINTS, min_size=2, max_size=40), st.floats(0, 200))
def test_a_simpler_border_keeps_its_ends_and_invents_no_point(points, coarse):
    arc = tuple(points)
    simple = simplified(arc, coarse)
    assert (simple[0], simple[-1]) == (arc[0], arc[-1])
    walk = iter(arc)
    assert all(point in walk for point in simple), "in the same order"


@given(st.lists(POINTS, min_size=2, max_size=40), st.floats(0, 200))
def test_both_sides_of_a_border_see_the_same_line(points, coarse):
    arc = whole(simplified(tuple(points), coarse))
    assert joined([arc], (~0,)) == joined([arc], (0,))[::-1]


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=2, max_size=40))
def test_points_in_whole_pixels_are_not_repeated_and_the_ends_stay(points):
    line = whole(tuple(points))
    assert line[0] == tuple(map(round, points[0]))
    assert line[-1] == tuple(map(round, points[-1]))
    assert len(line) == 2 or all(one != next_one for one, next_one in pairwise(line))


@given(st.lists(POINTS, min_size=1))
def test_points_are_packed_as_steps(points):
    assert shapes.unpacked(shapes.packed(points)) == tuple(points)


def test_every_county_of_the_states_and_of_the_capital_has_its_shape_on_both_maps():
    counties = {
        row[0] for row in tables.read_table("jurisdictions") if row[1] == "county" and int(row[6]) <= 56 and not row[11]
    }
    drawings = shapes.drawings()
    assert len(counties) == 3144
    assert set(drawings["us"].rings) == counties
    assert {county for name in drawings if name.isdigit() for county in drawings[name].rings} == counties
    assert set(drawings["states"].rings) == {county[:2] for county in counties}
    for name, drawing in drawings.items():
        assert bounds(drawing.arcs)[2:] <= (drawing.width, drawing.height), name


def test_all_counties_together_are_the_country_without_a_gap():
    """Arcs that both sides share leave no sliver: inside the coast nothing is left open."""
    for name, drawing in shapes.drawings().items():
        together = drawing.outline(drawing.rings)
        separate = sum(area(ring) for geoid in drawing.rings for ring in drawing.outline([geoid]))
        squares = sum(len(arc) == 5 and abs(area(arc)) == 36 for arc in drawing.arcs)
        assert sum(map(area, together)) == pytest.approx(separate), name
        assert squares == 0 or name.isdigit(), name

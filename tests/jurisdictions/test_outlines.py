"""Outlines of counties that strict readers of GeoJSON take: closed, the right way round, without folds."""

import pytest

from jurisdictions import outlines, tables
from jurisdictions.imports.build.outlines import meeting, polygons_in, untangled
from jurisdictions.imports.build.shapes import area, is_inside
from jurisdictions.outlines import geometry, held_outlines, to_hold

SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10), (0, 0))
HOLE = ((2, 2), (4, 2), (4, 4), (2, 4), (2, 2))


def sizes(rings) -> list[float]:
    return sorted(abs(area(ring)) for ring in rings)


def test_land_runs_counterclockwise_and_a_hole_clockwise_however_they_came():
    for around in (SQUARE, SQUARE[::-1]):
        for hole in (HOLE, HOLE[::-1]):
            ((land, cut_out),) = polygons_in([around, hole])
            assert (area(land), area(cut_out)) == (100, -4)


@pytest.mark.parametrize(
    ("ring", "left"),
    [
        pytest.param(SQUARE, [100], id="nothing to mend"),
        pytest.param(((0, 0), (5, 0), (5, -5), (5, 0), *SQUARE[1:]), [100], id="a spike"),
        pytest.param(((0, 0), (10, 0), (12, 0), (10, 0), *SQUARE[2:]), [100], id="a spike straight on"),
        pytest.param(((0, 0), (10, 0), (10, 0), *SQUARE[2:]), [100], id="a point twice in a row"),
        pytest.param(((0, 0), (9, 9), (0, 0)), [], id="nothing but a line"),
        pytest.param(
            ((0, 0), (10, 0), (10, 10), (20, 10), (20, 20), (10, 20), (10, 10), (0, 10), (0, 0)),
            [100, 100],
            id="two squares that touch in a corner",
        ),
        pytest.param(
            ((0, 0), (10, 0), (10, 10), (4, 10), (6, 12), (6, 10), (0, 10), (0, 0)),
            [100],
            id="a loop outside that is turned inside out",
        ),
        pytest.param(
            ((0, 0), (10, 0), (10, 10), (4, 10), (4, 8), (6, 12), (0, 10), (0, 0)),
            [105],
            id="a loop that lies on the rest",
        ),
    ],
)
def test_a_ring_is_freed_of_what_rounding_did_to_it(ring, left):
    rings = untangled(ring)
    assert all(meeting(each[:-1]) is None and each[0] == each[-1] for each in rings)
    assert sizes(rings) == left


def test_an_outline_is_held_in_whole_steps_and_told_in_degrees():
    held = to_hold([(SQUARE, HOLE[::-1])])
    assert held == "0 0 10 0 0 10 -10 0 0 -10;2 2 0 2 2 0 0 -2 -2 0"
    assert geometry(held)["coordinates"][0][2] == [0.001, 0.001]
    assert geometry(f"{held}|{held}")["type"] == "MultiPolygon"
    assert geometry(None) is None


def test_every_county_but_three_has_an_outline_that_a_strict_reader_takes():
    counties = {row[0] for row in tables.read_table("jurisdictions") if row[1] == "county"}
    held = held_outlines()
    assert held.keys() <= counties
    assert counties - held.keys() == {"51610", "60030", "60040"}
    points = 0
    for geoid, text in held.items():
        for around, *holes in outlines.polygons_of(text):
            assert area(around) > 0, geoid
            assert all(area(hole) < 0 for hole in holes), geoid
            for ring in (around, *holes):
                points += len(ring)
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert all(-1_800_000 <= x <= 1_800_000 and -150_000 <= y <= 720_000 for x, y in ring)
                assert max(x for x, _y in ring) - min(x for x, _y in ring) < 1_800_000, "cut at the antimeridian"
    assert points == 68_278


@pytest.mark.parametrize(
    ("geoid", "x", "y"),
    [("12011", -80.1439, 26.1224), ("06037", -118.2437, 34.0522), ("02016", -176.64, 51.88), ("72127", -66.06, 18.42)],
)
def test_a_town_lies_in_the_outline_of_its_county(geoid, x, y):
    """Fort Lauderdale, Los Angeles, Adak in the Aleutians, San Juan."""
    around = [land for land, *_holes in outlines.polygons_of(held_outlines()[geoid])]
    assert any(is_inside(land, (x * outlines.UNITS, y * outlines.UNITS)) for land in around)

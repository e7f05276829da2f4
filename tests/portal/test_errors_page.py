"""What is wrong in ICE's lists: each number from the rows, with examples that can be looked up."""

import csv
import io
from datetime import date

import pytest

from agreements import misprints
from agreements.models import Listing, Snapshot, SourceCorrection
from jurisdictions.models import DataVersion
from tests.factories import (
    AgencyFactory,
    AgreementFactory,
    ChangeEventFactory,
    CountyFactory,
    ListingFactory,
    SnapshotFactory,
)
from tests.portal.reading import text_of

COLUMNS = ["STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA"]


@pytest.fixture
def row():
    """A row of the newest list; `cells` by heading stand over those of a faultless row."""

    def make(name="Clay Sheriff", snapshot=None, agreement=None, links=None, cells=None, **fields):
        snapshot = snapshot or SnapshotFactory(columns=COLUMNS)
        printed = {
            "STATE": "FLORIDA", "LAW ENFORCEMENT AGENCY": name, "TYPE": "County", "COUNTY": "Clay County",
            "SUPPORT TYPE": "Task Force Model", "SIGNED": {"d": "2025-02-26T00:00:00"}, "MOA": "link",
        } | (cells or {})  # fmt: skip
        agreement = agreement or AgreementFactory(agency=AgencyFactory(name=name), standing=None)
        listing = ListingFactory(
            agreement=agreement, last_snapshot=snapshot, cells=[*printed.values()], links=links or {},
            **{"county": "Clay County", **fields},
        )  # fmt: skip
        held = Snapshot.objects.get(pk=snapshot.pk)
        held.rows = [*held.rows, [len(held.rows) + 2, listing.pk]]
        held.row_count = len(held.rows)
        held.save()
        return listing

    return make


def found(key: str) -> misprints.Finding:
    return misprints.count().findings[key]


@pytest.mark.django_db
def test_a_faultless_row_is_no_finding(row):
    CountyFactory(name="Clay County")
    row()
    assert {key: each.count for key, each in misprints.count().findings.items() if each.count} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "fields", "printed", "read"),
    [
        ("county_missing", {"county": "", "cells": {"COUNTY": "#N/A"}}, "#N/A", ""),
        ("county_misspelt", {"county": "Caly County"}, "Caly County", "Clay County"),
        ("county_unknown", {"county": "Overton County"}, "Overton County", ""),
        ("state_corrected", {"corrected": ["state"], "cells": {"STATE": "TEXAS"}}, "TEXAS", "FL"),
        (
            "state_misspelt",
            {"problems": [["STATE", "Read as Florida."]], "cells": {"STATE": "FLORDIA"}},
            "FLORDIA",
            "FL",
        ),
        ("date_malformed", {"cells": {"SIGNED": "02/262025"}}, "02/262025", "2025-02-26"),
        (
            "date_impossible",
            {"corrected": ["signed_on"], "cells": {"SIGNED": {"d": "2015-02-26T00:00:00"}}},
            "2015-02-26",
            "2025-02-26",
        ),
        ("unreadable", {"problems": [["SIGNED", "No date is printed."]]}, "SIGNED", "No date is printed."),
        (
            "wrapped_links",
            {"moa_url": "https://www.ice.gov/a.pdf", "links": {"6": "https://gcc02.safelinks.example/?url=x"}},
            "",
            "",
        ),
    ],
)
def test_each_fault_of_a_row_is_found_with_its_row(row, key, fields, printed, read):
    CountyFactory(name="Clay County")
    row()
    listing = row("Levy Sheriff", **fields)
    finding = found(key)
    assert (finding.count, finding.on_newest, finding.first) == (1, 1, date(2026, 5, 18))
    (example,) = finding.examples
    assert (example.agency, example.printed, example.read, example.row) == ("Levy Sheriff", printed, read, 3)
    assert example.page == f"/agreements/{listing.agreement.public_id}/"


@pytest.mark.django_db
def test_an_agreement_that_long_prints_a_fault_counts_once_and_what_was_mended_is_not_on_the_newest(row):
    CountyFactory(name="Clay County")
    first = SnapshotFactory(published_on=date(2026, 4, 13), columns=COLUMNS)
    second = SnapshotFactory(published_on=date(2026, 4, 20), columns=COLUMNS)
    wrong = row(snapshot=first, county="Caly County")
    row(snapshot=second, county="Caly County", agreement=wrong.agreement)
    row(agreement=wrong.agreement)
    assert (found("county_misspelt").count, found("county_misspelt").on_newest) == (1, 0)
    assert found("county_misspelt").last == date(2026, 4, 20)


@pytest.mark.django_db
def test_an_agreement_on_two_rows_of_one_list_is_found(row):
    once = row()
    row(agreement=once.agreement)
    assert found("doubled").count == 1


@pytest.mark.django_db
def test_a_list_without_a_column_for_the_county_misses_none(row):
    bare = SnapshotFactory(published_on=date(2021, 1, 13), columns=COLUMNS[:2])
    row(snapshot=bare, county="")
    assert found("county_missing").count == 0


@pytest.mark.django_db
def test_changes_from_list_to_list_are_counted_by_what_became_of_them():
    moa = {"moa_url": "https://www.ice.gov/a.pdf", "addendum_url": ""}
    none = {"moa_url": "", "addendum_url": ""}
    ChangeEventFactory(kind="link_changed", before=moa, after=none)
    ChangeEventFactory(kind="link_changed", before=none, after=moa)
    ChangeEventFactory(kind="link_changed", before=moa, after={**moa, "moa_url": "https://www.ice.gov/b.pdf"})
    ChangeEventFactory(kind="link_changed", before=moa, after={**moa, "addendum_url": "https://www.ice.gov/c.pdf"})
    ChangeEventFactory(kind="renamed", before={"name": "A"}, after={"name": "B"})
    findings = misprints.count().findings
    assert {key: findings[key].count for key in ("links_lost", "links_replaced", "renamed", "dates_changed")} == {
        "links_lost": 1, "links_replaced": 1, "renamed": 1, "dates_changed": 0,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_file_named_for_another_day_is_found():
    SnapshotFactory(published_on=date(2026, 1, 9), file_name="participatingAgencies01092025pm.xlsx")
    SnapshotFactory(published_on=date(2026, 1, 12), file_name="participatingAgencies01122026am.xlsx")
    (wrong,) = misprints.count().misnamed
    assert (wrong.named, wrong.published_on) == (date(2025, 1, 9), date(2026, 1, 9))


@pytest.mark.django_db
def test_the_page_shows_findings_corrections_and_a_file_of_them(client, row):
    CountyFactory(name="Clay County")
    row("Levy Sheriff", county="Caly County")
    SourceCorrection.objects.create(
        state="FL", agency="=Levy Sheriff", field="county", wrong="Caly County", right="Clay County", reason="A slip."
    )
    text = text_of(client.get("/about/errors/"))
    assert "County misspelt: 1" in text
    assert "Levy Sheriff, FL: “ Caly County ” → Clay County list of 18 May 2026, row 2" in text
    assert "=Levy Sheriff, FL ICE prints: Caly County We read: Clay County A slip." in text
    body = b"".join(client.get("/about/errors/?format=csv").streaming_content).decode()
    (line,) = csv.DictReader(io.StringIO(body))
    assert (line["agency"], line["right"]) == ("'=Levy Sheriff", "Clay County")


@pytest.mark.django_db
def test_without_lists_the_page_says_so(client):
    response = client.get("/about/errors/")
    assert response.status_code == 200
    assert "We hold no list yet." in text_of(response)


@pytest.mark.django_db
def test_it_is_counted_once_for_each_version_of_the_facts(client, row, django_assert_max_num_queries):
    row(county="")
    DataVersion.objects.bump()
    client.get("/about/errors/")
    with django_assert_max_num_queries(3):
        assert "County missing: 1" in text_of(client.get("/about/errors/"))
    Listing.objects.update(county="Clay County")
    DataVersion.objects.bump()
    assert "County missing: 1" not in text_of(client.get("/about/errors/"))


# -- Over the bundled facts


@pytest.mark.facts
def test_the_bundled_lists_have_the_faults_that_are_known_of_them(client):
    found = misprints.count()
    findings = found.findings
    assert findings["county_missing"].on_newest == 235
    assert findings["doubled"].count == 9
    assert findings["state_corrected"].count == 6
    assert {each.file_name for each in found.misnamed} >= {
        "participatingAgencies08022025pm.xlsx",
        "pendingAgencies01052025pm.xlsx",
    }
    assert {example.printed for example in findings["date_malformed"].examples} <= {
        "05/082025", "7/72025", "8/282025", "112/2025",
    }  # fmt: skip
    assert len(found.corrections) == SourceCorrection.objects.count() > 20
    for finding in findings.values():
        for example in finding.examples:
            assert client.get(example.page).status_code == 200


@pytest.mark.facts
def test_an_example_stands_on_the_row_that_it_names():
    for example in misprints.count().findings["county_misspelt"].examples:
        snapshot = Snapshot.objects.get(sha256__startswith=example.snapshot)
        cells = {number: cells for number, cells, _links in snapshot.printed_rows()}[example.row]
        assert example.printed in [str(cell).strip() for cell in cells]

"""The version of the facts, on which caches hang."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from jurisdictions.models import DataVersion

WASHINGTON = ZoneInfo("America/New_York")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        pytest.param("10:00:00.5", "10:00:07.25", "10:00:07.25", id="later"),
        pytest.param("10:00:00.5", "10:00:00.75", "10:00:01.5", id="in the same second"),
        pytest.param("10:00:09.5", "10:00:01", "10:00:10.5", id="the clock was put back"),
        pytest.param("00:00:00", "00:00:00.25", "00:00:01", id="as the day begins"),
        pytest.param("10:00:00", "23:59:59.25", "23:59:59.25", id="as the day ends"),
    ],
)
def test_no_two_versions_share_a_second_nor_that_in_which_a_day_begins(monkeypatch, before, now, after):
    def on_the_day(at: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-25T{at.ljust(15, '0') if '.' in at else at}").replace(tzinfo=WASHINGTON)

    DataVersion.objects.create(pk=DataVersion.ONLY, number=7, changed_at=on_the_day(before))
    monkeypatch.setattr("django.utils.timezone.now", lambda: on_the_day(now))
    DataVersion.objects.bump()
    held = DataVersion.objects.current()
    assert (held.number, held.changed_at) == (8, on_the_day(after))


@pytest.mark.django_db
def test_a_version_of_the_last_second_of_a_day_and_one_more(monkeypatch):
    def second(day: int, *at: int) -> datetime:
        return datetime(2026, 11, day, *at, tzinfo=WASHINGTON)

    DataVersion.objects.create(pk=DataVersion.ONLY, number=7, changed_at=second(25, 23, 59, 59, 100))
    monkeypatch.setattr("django.utils.timezone.now", lambda: second(25, 23, 59, 59, 200))
    DataVersion.objects.bump()
    assert DataVersion.objects.current().changed_at == second(26, 0, 0, 1)

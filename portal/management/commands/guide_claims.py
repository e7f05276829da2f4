from django.core.management.base import BaseCommand
from django.utils import translation

from agreements.models import GuideFact
from jurisdictions.models import DataVersion
from portal.guide import Reading
from portal.guide.claims import claims_of


class Command(BaseCommand):
    help = "Print each claim that the guide answers, what became of it, and where: the table of docs/guide.md."

    def handle(self, **options):
        with translation.override("en"):
            for row in table():
                self.stdout.write(row)


def table() -> list[str]:
    """The table as lines of Markdown: one claim a line, the corrected ones first."""
    lines = ["| claim | what became of it | where the guide answers it |", "| --- | --- | --- |"]
    for verdict, claims in claims_of(Reading(DataVersion.objects.current())).items():
        for claim in claims:
            key = claim.holds.record.key
            pages = ["claims", *([claim.page.slug] if claim.page else [])]
            where = ", ".join(f"`/guide/{slug}/#{key}`" for slug in pages)
            lines.append(f"| {claim.words} | {GuideFact.Verdict(verdict).label.lower()} | {where} |")
    return lines

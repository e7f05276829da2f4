"""Reports of readers on the staff's side: what they sent is shown, never changed; the staff give a state and a note."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from portal.models import MistakeReport


@admin.register(MistakeReport)
class MistakeReportAdmin(admin.ModelAdmin):
    list_display = ["__str__", "state", "sent_at", "said", "wants_an_answer", "handled_by"]
    list_filter = ["state", "fact", "language"]
    list_select_related = ["handled_by"]
    search_fields = ["page", "record", "wrong", "note"]
    date_hierarchy = "sent_at"
    sent = ["about", "record", "as_of", "language", "fact", "wrong", "proof", "contact", "sent_at"]
    readonly_fields = [*sent, "handled_by", "closed_at"]
    fieldsets = [
        ("What the reader sent", {"fields": sent, "description": "From a stranger: look at the sources, not at this."}),
        (
            "What we did",
            {
                "fields": ["state", "note", "handled_by", "closed_at"],
                "description": "Answer the reader first: “Mended” and “No mistake” delete the contact at once.",
            },
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # readers send them

    @admin.display(description="what is wrong")
    def said(self, report: MistakeReport) -> str:
        return report.wrong if len(report.wrong) <= 120 else f"{report.wrong[:119]}…"

    @admin.display(description="wants an answer", boolean=True)
    def wants_an_answer(self, report: MistakeReport) -> bool:
        return bool(report.contact)

    @admin.display(description="page")
    def about(self, report: MistakeReport) -> str:
        """The page as the reader saw it, and the way from there to its record."""
        if not report.page:
            return "none named"
        day = f"?as_of={report.as_of}" if report.as_of else ""
        public = f"{'/es' if report.language == 'es' else ''}{report.page}{day}"
        record = f"{reverse('admin:index')}open/?page={report.page}"
        return format_html('<a href="{}">{}</a> · <a href="{}">its record</a>', public, public, record)

    @admin.display(description="proof")
    def proof(self, report: MistakeReport) -> str:
        if not report.proof_url:
            return "none"
        return format_html('<a href="{0}" rel="noreferrer noopener">{0}</a>', report.proof_url)

    def save_model(self, request: HttpRequest, report: MistakeReport, form, change: bool) -> None:
        report.settle(report.state, by=request.user)

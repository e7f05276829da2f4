"""Partners' keys on the staff's side: issued, shown once, given another limit, revoked; never deleted."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from portal.api.key_models import PartnerKey
from portal.api.keys import READ_AGAIN

REVOKE = "_revoke"
"""The button of a key's page."""


@admin.register(PartnerKey)
class PartnerKeyAdmin(admin.ModelAdmin):
    list_display = ["name", "begins", "calls_a_minute", "issued_at", "issued_by", "is_in_force"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["issued_by"]
    search_fields = ["name", "contact", "begins"]
    readonly_fields = ["begins", "issued_at", "issued_by", "revoked_at"]
    actions = ["revoke"]
    change_form_template = "admin/portal/partner_key.html"

    def get_fields(self, request: HttpRequest, key: PartnerKey | None = None) -> list[str]:
        return ["name", "contact", "calls_a_minute", *(self.readonly_fields if key else [])]

    def has_delete_permission(self, request: HttpRequest, key: PartnerKey | None = None) -> bool:
        return False  # revoking ends a key; who had one, and when, stays known

    @admin.display(description="in force", boolean=True)
    def is_in_force(self, key: PartnerKey) -> bool:
        return not key.is_revoked

    def construct_change_message(self, request: HttpRequest, form, formsets, add: bool = False) -> list | str:
        """What the page "History" says: a limit with its numbers."""
        if not add and "calls_a_minute" in form.changed_data:
            return f"Calls a minute: {form.initial['calls_a_minute']} → {form.cleaned_data['calls_a_minute']}."
        return super().construct_change_message(request, form, formsets, add)

    def save_model(self, request: HttpRequest, key: PartnerKey, form, change: bool) -> None:
        if not change:
            key.issued_by = request.user
            request.issued_key = key.issue()
        super().save_model(request, key, form, change)

    def response_add(self, request: HttpRequest, key: PartnerKey, post_url_continue=None) -> HttpResponse:
        """The key, this once: in the answer itself, not in a message, which would be stored until it is shown."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Key of {key.name}",
            "opts": self.opts,
            "record": key,
            "key": request.issued_key,
        }
        return TemplateResponse(request, "admin/portal/issued_key.html", context, headers={"Cache-Control": "no-store"})

    def response_change(self, request: HttpRequest, key: PartnerKey) -> HttpResponse:
        if REVOKE in request.POST:
            self._revoke(request, [key])
        return super().response_change(request, key)

    @admin.action(description="Revoke the chosen keys", permissions=["change"])
    def revoke(self, request: HttpRequest, keys) -> None:
        self._revoke(request, list(keys.in_force()))

    def _revoke(self, request: HttpRequest, keys: list[PartnerKey]) -> None:
        for key in keys:
            key.revoke()
            self.log_change(request, key, "Revoked.")
        said = "1 key was revoked." if len(keys) == 1 else f"{len(keys)} keys were revoked."
        self.message_user(request, f"{said} Calls with it are refused within {READ_AGAIN} seconds.", messages.SUCCESS)

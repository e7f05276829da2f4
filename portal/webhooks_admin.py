"""Webhooks on the staff's side: issued, with a secret that is shown once; renewed, paused, revoked; never deleted.

What was sent, and what came back, is read and never changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from agreements.waiting import Waiting
from jurisdictions.geoids import STATE_FIPS
from portal.api import webhooks
from portal.api.ledger_models import LedgerEntry, LedgerTurn
from portal.api.webhook_models import KEPT, OLD_SECRET_SIGNS, Webhook, WebhookDelivery, WebhookTry

LATE = timedelta(minutes=15)
"""After which something that is due says that nobody sends: the timer comes each minute."""
LATEST = 10
"""Deliveries that the page of a webhook shows."""
State = Webhook.State


class StatesField(forms.CharField):
    """Postal abbreviations with commas or spaces between them; a list of them."""

    def prepare_value(self, value: list[str] | str | None) -> str:
        return ", ".join(value) if isinstance(value, list) else value or ""

    def to_python(self, value: str | None) -> list[str]:
        return sorted(set((super().to_python(value) or "").upper().replace(",", " ").split()))

    def validate(self, value: list[str]) -> None:
        if wrong := [each for each in value if each not in STATE_FIPS]:
            raise forms.ValidationError(f"No state has the abbreviation {', '.join(wrong)}.")

    def run_validators(self, value: list[str]) -> None:
        """Those of a text say nothing about a list."""

    def has_changed(self, initial: list[str] | None, data: str | None) -> bool:
        return (initial or []) != self.to_python(data)


class WebhookForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        choices=LedgerEntry.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Of these records alone; none ticked: of all.",
    )
    states = StatesField(
        required=False,
        help_text="Of records of these states alone, such as FL, GA; empty: of all. Lists of ICE are of no state and"
        " always come, and so does what was merged or withdrawn.",
    )

    class Meta:
        widgets = {"url": forms.TextInput(attrs={"size": 80}), "contact": forms.TextInput(attrs={"size": 60})}


# -- What is pressed --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button:
    """Something to do with a webhook: `do` returns a secret where there is one to show. `noted` is in its history."""

    says: str
    noted: str
    fits: Callable[[Webhook], bool]
    do: Callable[[Webhook], str | None]
    is_last: bool = False
    """Whether there is no way back."""


def may_be_sent_again(webhook: Webhook) -> bool:
    """Whether it waits for a later try, or for somebody of the staff."""
    if webhook.state in (State.RESTING, State.GONE):
        return True
    delivery = webhook.open_delivery if webhook.state == State.ACTIVE else None
    return bool(delivery and delivery.tries)


BUTTONS = {
    "_trial": Button(
        "Send a trial",
        "A trial goes out with the next round, within a minute.",
        lambda webhook: webhook.may_be_called,
        lambda webhook: webhooks.trial(webhook) and None,
    ),
    "_again": Button(
        "Send again",
        "Sent again with the next round, within a minute.",
        may_be_sent_again,
        lambda webhook: webhook.send_again(),
    ),
    "_go_on": Button(
        "Go on",
        "It goes on from where it was paused.",
        lambda webhook: webhook.state == State.PAUSED,
        lambda webhook: webhook.send_again(),
    ),
    "_pause": Button(
        "Pause",
        "Paused. What becomes different waits.",
        lambda webhook: webhook.state == State.ACTIVE,
        lambda webhook: webhook.become(State.PAUSED) and None,
    ),
    "_renew": Button(
        "Renew the secret",
        "Its secret was renewed.",
        lambda webhook: not webhook.is_revoked,
        lambda webhook: webhook.renew(),
    ),
    "_revoke": Button(
        "Revoke this webhook",
        "Revoked.",
        lambda webhook: not webhook.is_revoked,
        lambda webhook: webhook.revoke(),
        is_last=True,
    ),
}


# -- Webhooks ---------------------------------------------------------------------------------------------------------


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin):
    form = WebhookForm
    list_display = ["name", "host", "state", "is_told", "waits", "taken_at"]
    list_filter = ["state"]
    list_select_related = ["key"]
    search_fields = ["name", "contact", "url"]
    actions = ["send_trial", "send_again", "revoke"]
    autocomplete_fields = ["key"]
    readonly_fields = ["how_it_stands", "latest", "issued_at", "issued_by"]
    change_form_template = "admin/portal/webhook.html"
    given = ["name", "contact", "key", "url", "kinds", "states", "is_told_of_renewals"]

    def get_fieldsets(self, request: HttpRequest, webhook: Webhook | None = None) -> list[tuple]:
        fieldsets = [(None, {"fields": self.given})]
        if webhook:
            fieldsets.append(("How it stands", {"fields": self.readonly_fields}))
        return fieldsets

    def get_queryset(self, request: HttpRequest):
        taken = Q(deliveries__state=WebhookDelivery.State.DELIVERED)
        under_way = Q(deliveries__what="changes") & ~taken
        return (
            super()
            .get_queryset(request)
            .annotate(
                taken=Max("deliveries__settled_at", filter=taken),
                waiting_changes=Sum("deliveries__changes", filter=under_way),
            )
        )

    def has_delete_permission(self, request: HttpRequest, webhook: Webhook | None = None) -> bool:
        return False  # revoking ends it; who had one, and when, stays known

    # -- What is shown ------------------------------------------------------------------------------------------------

    @admin.display(description="host", ordering="url")
    def host(self, webhook: Webhook) -> str:
        return webhook.url.split("/")[2]

    @admin.display(description="is told", boolean=True)
    def is_told(self, webhook: Webhook) -> bool:
        return webhook.is_active

    @admin.display(description="waits", ordering="waiting_changes")
    def waits(self, webhook: Webhook) -> str:
        return counted(webhook.waiting_changes, "change") if webhook.waiting_changes else ""

    @admin.display(description="last delivered", ordering="taken")
    def taken_at(self, webhook: Webhook):
        return webhook.taken

    @admin.display(description="state")
    def how_it_stands(self, webhook: Webhook) -> SafeString:
        sentences = [f"{webhook.get_state_display()}, since {told(webhook.state_since)}. {webhook.why}".strip()]
        if webhook.key and webhook.key.is_revoked:
            sentences.append("Nothing is sent: its partner key is revoked.")
        if delivery := webhook.open_delivery:
            waits = (
                f"Not taken yet: {counted(delivery.changes, 'change')}, after {counted(delivery.tries, 'try', 'tries')}"
            )
            when = f", next at {told(delivery.next_at)}" if delivery.next_at and webhook.is_active else ""
            sentences.append(f"{waits}{when}.")
        if webhook.old_secret_until and webhook.old_secret_until > timezone.now():
            sentences.append(f"The secret before this one signs too, until {told(webhook.old_secret_until)}.")
        return format_html_join("", "<p>{}</p>", ([sentence] for sentence in sentences))

    @admin.display(description="latest deliveries")
    def latest(self, webhook: Webhook) -> str:
        deliveries = list(webhook.deliveries.with_last_call()[:LATEST])
        if not deliveries:
            return "None yet."
        rows = format_html_join(
            "",
            '<p><a href="{}">{}</a>: {}, {}</p>',
            (
                (
                    reverse("admin:portal_webhookdelivery_change", args=[each.pk]),
                    told(each.made_at),
                    counted(each.changes, "change") if each.what == "changes" else "a trial",
                    how_it_went(each),
                )
                for each in deliveries
            ),
        )
        everything = (
            f"{reverse('admin:portal_webhookdelivery_changelist')}?{urlencode({'webhook__id__exact': webhook.pk})}"
        )
        return format_html('{}<p><a href="{}">All of the last {} days</a></p>', rows, everything, KEPT.days)

    # -- What is done -------------------------------------------------------------------------------------------------

    def construct_change_message(self, request: HttpRequest, form, formsets, add: bool = False) -> list | str:
        """What the page "History" says: what was before, what is now."""
        if add or not form.changed_data:
            return super().construct_change_message(request, form, formsets, add)
        before, after = form.initial, form.cleaned_data
        return "; ".join(
            f"{form[name].label}: {in_words(field, before.get(name))} → {in_words(field, after[name])}"
            for name, field in form.fields.items()
            if name in form.changed_data
        )

    def save_model(self, request: HttpRequest, webhook: Webhook, form, change: bool) -> None:
        if change:
            # A round may be moving its cursor at this moment: nothing else is written.
            webhook.save(update_fields=form.changed_data)
            return
        webhook.issued_by = request.user
        request.secret = webhook.issue(webhooks.beginning())
        webhook.save()

    def response_add(self, request: HttpRequest, webhook: Webhook, post_url_continue=None) -> HttpResponse:
        return self.secret_page(request, webhook, request.secret)

    def secret_page(self, request: HttpRequest, webhook: Webhook, secret: str) -> HttpResponse:
        """The secret, this once: in the answer itself, not in a message, which would be stored until it is shown."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Secret of {webhook.name}",
            "opts": self.opts,
            "record": webhook,
            "secret": secret,
            "hours": OLD_SECRET_SIGNS // timedelta(hours=1),
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "admin/portal/webhook_secret.html", context, headers=headers)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None) -> HttpResponse:
        context["show_save_and_add_another"] = False  # the secret would pass unseen
        if obj and self.has_change_permission(request, obj):
            context["buttons"] = [
                (name, button.says, button.is_last) for name, button in BUTTONS.items() if button.fits(obj)
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request: HttpRequest, webhook: Webhook) -> HttpResponse:
        """What was pressed beside "Save"."""
        for name, button in BUTTONS.items():
            if name in request.POST and button.fits(webhook):
                secret = button.do(webhook)
                self.log_change(request, webhook, button.noted)
                if secret:
                    return self.secret_page(request, webhook, secret)
                self.message_user(request, button.noted, messages.SUCCESS)
                return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, webhook)

    @admin.action(description="Send a trial to the chosen webhooks", permissions=["change"])
    def send_trial(self, request: HttpRequest, chosen) -> None:
        self._press("_trial", request, chosen)

    @admin.action(description="Send again to the chosen webhooks", permissions=["change"])
    def send_again(self, request: HttpRequest, chosen) -> None:
        self._press("_again", request, chosen)

    @admin.action(description="Revoke the chosen webhooks", permissions=["change"])
    def revoke(self, request: HttpRequest, chosen) -> None:
        self._press("_revoke", request, chosen)

    def _press(self, name: str, request: HttpRequest, chosen) -> None:
        button = BUTTONS[name]
        fitting = [webhook for webhook in chosen if button.fits(webhook)]
        for webhook in fitting:
            button.do(webhook)
            self.log_change(request, webhook, button.noted)
        said = f"{', '.join(map(str, fitting))}: {button.noted}" if fitting else "This fits none of the chosen ones."
        self.message_user(request, said, messages.SUCCESS if fitting else messages.WARNING)


# -- What was sent ----------------------------------------------------------------------------------------------------


class TryInline(admin.TabularInline):
    model = WebhookTry
    verbose_name_plural = "tries, the latest first"
    fields = readonly_fields = ["moment", "milliseconds", "answer"]
    extra = 0

    def has_add_permission(self, request: HttpRequest, delivery: WebhookDelivery | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, delivery: WebhookDelivery | None = None) -> bool:
        return request.user.has_perm("portal.view_webhookdelivery")

    @admin.display(description="at")
    def moment(self, call: WebhookTry) -> str:
        return date_format(timezone.localtime(call.at), "N j, Y, H:i:s")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(admin.ModelAdmin):
    list_display = ["made_at", "webhook", "what", "changes", "state", "tries", "how_it_went"]
    list_filter = ["state", "what", ("webhook", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["webhook"]
    search_fields = ["message", "webhook__name"]
    date_hierarchy = "made_at"
    fields = [
        "webhook", "what", "changes", "state", "tries", "made_at", "settled_at", "next_at", "message", "after",
        "next_cursor", "sent",
    ]  # fmt: skip
    inlines = [TryInline]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).with_last_call()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a round makes them

    def has_change_permission(self, request: HttpRequest, delivery: WebhookDelivery | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, delivery: WebhookDelivery | None = None) -> bool:
        return False

    @admin.display(description="body")
    def sent(self, delivery: WebhookDelivery) -> str:
        """What is sent, in lines for people to read."""
        if not delivery.body:
            return "Not kept: it is delivered."
        return format_html("<pre>{}</pre>", json.dumps(json.loads(delivery.body), indent=1, ensure_ascii=False))

    @admin.display(description="last answer")
    def how_it_went(self, delivery: WebhookDelivery) -> str:
        return how_it_went(delivery)


# -- In words ---------------------------------------------------------------------------------------------------------


def told(moment: datetime) -> str:
    """A moment as people in Washington say it."""
    return date_format(timezone.localtime(moment), "N j, Y, H:i")


def in_words(field: forms.Field, value: object) -> str:
    """What a field holds."""
    if isinstance(field, forms.ModelChoiceField):
        value = field.to_python(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(value) if isinstance(value, list) else str(value or "")) or "none"


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def how_it_went(delivery: WebhookDelivery) -> str:
    """Of a delivery from `with_last_call`: what its latest try brought."""
    if delivery.last_status:
        return f"answered {delivery.last_status} in {delivery.last_milliseconds} ms"
    return delivery.last_problem or "not tried yet"


def waiting() -> Iterator[Waiting]:
    """What needs someone of the staff, for their first page."""
    page = reverse("admin:portal_webhook_changelist")
    for webhook in Webhook.objects.stopped():
        yield Waiting(
            f"The webhook of {webhook.name} stopped on {told(webhook.state_since)}: {webhook.why}",
            reverse("admin:portal_webhook_change", args=[webhook.pk]),
        )
    late = timezone.now() - LATE
    newest = LedgerTurn.objects.newest()
    is_old = newest is not None and newest.turned_at < late
    if Webhook.objects.due(late, webhooks.beginning() if is_old else "").exists():
        yield Waiting("Webhooks wait to be sent: does the timer of send_webhooks run?", page, is_late=True)

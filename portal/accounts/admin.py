"""Accounts of the staff, for administrators: invite, give roles, close, start somebody's sign-in anew."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from . import second_factor
from .forms import NewMemberForm, ReasonForm
from .invitations import VALID_DAYS, invite, send

User = get_user_model()

# Addresses are a field of the account; what is in Authenticator is secret, and is managed by its owner.
admin.site.unregister([EmailAddress, Authenticator, User, Group])


@admin.register(User)
class MemberAdmin(admin.ModelAdmin):
    """Nobody sees or sets another person's password, and no account is deleted: the history of records names it."""

    list_display = ["username", "name", "email", "roles", "is_active", "has_second_factor", "last_login"]
    list_filter = ["is_active", "groups"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    filter_horizontal = ["groups"]
    readonly_fields = ["last_login", "date_joined", "sign_in"]
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email", "groups"]}),
        (
            "Account",
            {
                "fields": ["is_active", "sign_in", "last_login", "date_joined"],
                "description": "Close an account instead of deleting it: untick “Active”. It ends at once.",
            },
        ),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["username", "first_name", "last_name", "email", "groups"],
                "description": "You get a link to hand over. The person chooses a password and a second factor.",
            },
        )
    ]

    # -- What may be done -------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("groups", "authenticator_set")

    def get_fieldsets(self, request: HttpRequest, obj=None):
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return super().get_readonly_fields(request, obj) if obj else []

    def get_form(self, request: HttpRequest, obj=None, **kwargs):
        return super().get_form(request, obj, **kwargs if obj else {**kwargs, "form": NewMemberForm})

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """An administrator does not touch an account that may do more than their own."""
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    # -- What is shown ----------------------------------------------------------------------------------------------

    @admin.display(description="name")
    def name(self, user) -> str:
        return user.get_full_name()

    @admin.display(description="roles")
    def roles(self, user) -> str:
        if user.is_superuser:
            return "superuser"
        return ", ".join(sorted(group.name for group in user.groups.all())) or "none"

    @admin.display(description="second factor", boolean=True)
    def has_second_factor(self, user) -> bool:
        return any(each.type in second_factor.FACTORS for each in user.authenticator_set.all())

    @admin.display(description="sign-in")
    def sign_in(self, user) -> str:
        state = "has chosen a password" if user.has_usable_password() else "was invited, has not chosen a password yet"
        factor = "has a second factor" if self.has_second_factor(user) else "has no second factor"
        return format_html(
            '{}, {}. <a href="{}">Start anew with a new link</a>',
            state.capitalize(),
            factor,
            reverse("admin:auth_user_anew", args=[user.pk]),
        )

    # -- Invitations ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        anew = path("<int:pk>/anew/", self.admin_site.admin_view(self.anew), name="auth_user_anew")
        return [anew, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:
        if not change:
            obj.is_staff = True
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self.hand_over(request, obj)

    def anew(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take password and second factors away and give a new link: for a lost phone, a lost link, a doubt."""
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                second_factor.take_away(user)
                self.log_change(request, user, f"Sign-in started anew: {form.cleaned_data['reason']}")
                self.hand_over(request, user)
            return redirect("admin:auth_user_change", user.pk)
        context = {**self.admin_site.each_context(request), "title": f"Start {user}'s sign-in anew", "form": form,
                   "original": user, "opts": self.opts, "days": VALID_DAYS}  # fmt: skip
        return render(request, "account/anew.html", context)

    def hand_over(self, request: HttpRequest, user) -> None:
        """Invite `user`: by e-mail where the portal sends any, else with a link that this page shows once."""
        link = request.build_absolute_uri(invite(user))
        if send(user, link):
            self.message_user(request, f"The link was sent to {user.email}. It works once, for {VALID_DAYS} days.")
            return
        self.message_user(
            request,
            format_html(
                "Hand this link to {}. It is shown here only now, and works once, for {} days: <br><code>{}</code>",
                user.get_username(),
                VALID_DAYS,
                link,
            ),
            messages.WARNING,
        )


@admin.register(Group)
class RoleAdmin(admin.ModelAdmin):
    """The roles, to look at: what each may do is in the program and the same on every portal."""

    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

"""The staff's site under /admin/: sign-in under /admin/account/, the apps in the order of the work."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from agreements.waiting import Waiting, waiting_for

from .opening import open_page, open_record

ORDER_OF_APPS = ["agreements", "jurisdictions", "auth"]


class LabelledChoices(AutocompleteJsonView):
    """Choices while typing, told apart: a model's `choice_label` says more than its name, such as the state."""

    def serialize_result(self, obj, to_field_name: str) -> dict[str, str]:
        result = super().serialize_result(obj, to_field_name)
        label = getattr(self.model_admin, "choice_label", None)
        return {**result, "text": label(obj)} if label else result


class PortalAdminSite(admin.AdminSite):
    site_title = "Local police and ICE"
    site_header = "Local police and ICE: editors"
    index_title = "Records"
    site_url = "/"
    enable_nav_sidebar = True

    def get_urls(self) -> list[URLPattern]:
        """Django's, without its own pages of passwords: those of portal/accounts/ stand in their place."""
        moved = {
            "login": path("account/login/", account.login, name="login"),
            "logout": path("account/logout/", account.logout, name="logout"),
            "password_change": path("account/password/", account.password_change, name="password_change"),
            "password_change_done": path("account/", mfa.index, name="password_change_done"),
        }
        opening = [
            path("open/", self.admin_view(open_page), name="open_page"),
            path("open/<slug:kind>/<slug:name>/", self.admin_view(open_record), name="open"),
        ]
        # At the end of Django's list stands an address that takes whatever is left.
        return [
            *moved.values(),
            *opening,
            *(each for each in super().get_urls() if getattr(each, "name", None) not in moved),
        ]

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """What needs someone today, then the tables."""
        from . import reports, webhooks_admin  # their models are not there yet when the admin site is made

        waiting = waiting_for(request.user)
        if request.user.has_perm("portal.view_mistakereport"):
            waiting += [Waiting(says, link) for says, link in reports.waiting()]
        if request.user.has_perm("portal.view_webhook"):
            waiting += webhooks_admin.waiting()
        return super().index(request, {"waiting": waiting, **(extra_context or {})})

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return LabelledChoices.as_view(admin_site=self)(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        def place(app: dict) -> int:
            return ORDER_OF_APPS.index(app["app_label"]) if app["app_label"] in ORDER_OF_APPS else len(ORDER_OF_APPS)

        return sorted(super().get_app_list(request, app_label), key=place)

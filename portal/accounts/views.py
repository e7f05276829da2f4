"""Pages of one's own account that differ from allauth's: the invitation, and factors that this session stands on."""

from ipaddress import ip_address
from urllib.parse import quote

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from . import second_factor
from .invitations import VALID_DAYS, invited

IN_SESSION = "invitation"


@sensitive_post_parameters()
@never_cache
def invitation(request: HttpRequest) -> HttpResponseBase:
    """Choose a password by a one-time link; then the second factor is set up.

    The key moves from the address into the session at once, so that no later page and no history shows it.
    """
    if "key" in request.GET:
        if request.user.is_authenticated:
            logout(request)
        request.session[IN_SESSION] = [request.GET.get("for", ""), request.GET["key"]]
        return redirect("account_invitation")
    user = invited(*request.session.get(IN_SESSION, ("", "")))
    if user is None:
        return render(request, "account/invitation_over.html", {"days": VALID_DAYS}, status=410)
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        del request.session[IN_SESSION]
        record_authentication(request, user, "password", username=user.get_username())
        return perform_login(request, Login(user=user))
    return render(request, "account/invitation.html", {"form": form, "member": user})


class SetUpView(TemplateView):
    """The way in for an account without a second factor: which one shall it be."""

    template_name = "mfa/set_up.html"

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        if second_factor.standing(request) is second_factor.Standing.GIVEN:
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class StandsOnTheChange:
    """A view of allauth that adds, renews or removes a factor: this session then stands on what there is now."""

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        second_factor.stamp(self.request)
        return response


class ActivateApp(StandsOnTheChange, ActivateTOTPView):
    """An authenticator app: a QR code, and the first code that it shows."""


class RemoveApp(StandsOnTheChange, DeactivateTOTPView):
    pass


class AddPasskey(StandsOnTheChange, AddWebAuthnView):
    def get_context_data(self, **kwargs) -> dict:
        # Browsers make passkeys for names alone, and `make run` names the address 127.0.0.1.
        return {**super().get_context_data(**kwargs), "no_passkeys_here": is_a_number(self.request)}


class RemovePasskey(StandsOnTheChange, RemoveWebAuthnView):
    pass


class NewRecoveryCodes(StandsOnTheChange, GenerateRecoveryCodesView):
    """New recovery codes; the old ones stop working."""


@method_decorator(never_cache, name="dispatch")
class RecoveryCodes(ViewRecoveryCodesView):
    """The recovery codes, once, with a file of them in the page itself: there is no address to fetch them from."""

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        text = (
            f"Recovery codes of {self.request.user.get_username()} at {self.request.get_host()}\n"
            "Each works once, in place of the second factor.\n\n" + "\n".join(context["unused_codes"]) + "\n"
        )
        return {**context, "file": f"data:text/plain;charset=utf-8,{quote(text)}"}


def is_a_number(request: HttpRequest) -> bool:
    host, _port = split_domain_port(request.get_host())
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def passkeys(_request: HttpRequest) -> HttpResponseRedirect:
    """Passkeys are listed with the other factors."""
    return redirect("mfa_index")


set_up = login_required(SetUpView.as_view())
activate_app = ActivateApp.as_view()
remove_app = RemoveApp.as_view()
add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view()
recovery_codes = RecoveryCodes.as_view()
new_recovery_codes = NewRecoveryCodes.as_view()

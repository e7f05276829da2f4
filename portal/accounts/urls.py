"""/admin/account/. Of allauth's pages only those listed here exist: no sign-up, no reset by e-mail, no social login."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from . import views

urlpatterns = [
    # Coming in
    path("invitation/", views.invitation, name="account_invitation"),
    path("login/", account.login, name="account_login"),
    path("login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("logout/", account.logout, name="account_logout"),
    path("closed/", account.account_inactive, name="account_inactive"),
    # One's own account
    path("", mfa.index, name="mfa_index"),
    path("password/", account.password_change, name="account_change_password"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    # Second factors
    path("set-up/", views.set_up, name="account_set_up"),
    path("app/", views.activate_app, name="mfa_activate_totp"),
    path("app/remove/", views.remove_app, name="mfa_deactivate_totp"),
    path("passkeys/", views.passkeys, name="mfa_list_webauthn"),
    path("passkeys/add/", views.add_passkey, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/rename/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("recovery-codes/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", views.new_recovery_codes, name="mfa_generate_recovery_codes"),
]

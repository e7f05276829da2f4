from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth import get_user_model


class StaffLoginForm(LoginForm):
    """Name and password. An account that is not of the staff is told the same as a wrong password."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Username"
        self.fields["login"].widget.attrs["autofocus"] = True
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""

    def add_prefix(self, field_name: str) -> str:
        return super().add_prefix("username" if field_name == "login" else field_name)

    def _clean_with_password(self, credentials: dict):
        cleaned = super()._clean_with_password(credentials)
        if not self.user.is_staff:
            raise get_adapter().validation_error("username_password_mismatch")
        return cleaned


class NewMemberForm(forms.ModelForm):
    """An account as an administrator makes it: no password, which the invited person chooses."""

    class Meta:
        model = get_user_model()
        fields = ["username", "email", "first_name", "last_name", "groups"]
        help_texts = {
            "username": "Typed at each sign-in, and shown in the history of records.",
            "email": "Where the link is sent, if this portal sends e-mail.",
            "groups": "What the person may do: docs/roles.md has the table.",
        }

    def clean_username(self) -> str:
        name = self.cleaned_data["username"]
        if get_user_model().objects.filter(username__iexact=name).exists():
            raise forms.ValidationError("Somebody has this name, perhaps with other capitals.")
        return name


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        help_text="Kept in the history of the account, such as: lost the phone, called on May 3, voice known.",
    )

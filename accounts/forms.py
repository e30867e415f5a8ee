"""allauth's forms about passwords, dressed like the back office."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES

from accounts import limits
from accounts.mails import RESET_LINK
from accounts.models import User
from waitlist.jobs import enqueue


class Dressed(forms.Form):
    """A form in the theme's look, whose labels say what placeholders would."""

    labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs.pop("placeholder", None)
            boolean = isinstance(field, forms.BooleanField)
            attrs["class"] = " ".join(CHECKBOX_CLASSES if boolean else INPUT_CLASSES)
            field.label = self.labels.get(name, field.label)


class LoginForm(Dressed, allauth.LoginForm):
    """E-mail and password."""

    labels = {"login": _("E-mail"), "password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["password"].help_text = ""


class ChangePasswordForm(Dressed, allauth.ChangePasswordForm):
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class SetPasswordForm(Dressed, allauth.SetPasswordForm):
    labels = {"password1": _("New password"), "password2": _("New password, once more")}


class ResetPasswordKeyForm(Dressed, allauth.ResetPasswordKeyForm):
    labels = SetPasswordForm.labels


class ReauthenticateForm(Dressed, allauth.ReauthenticateForm):
    labels = {"password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ResetPasswordForm(Dressed):
    """Asks for a link to a new password."""

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )

    def save(self, request: HttpRequest) -> None:
        """Have the link mailed. The same is done, and takes as long, where there is no such account."""
        email = self.cleaned_data["email"].lower()
        if limits.is_over(request, "reset", limits.RESET_MAILS, email):
            return
        account = User.objects.who_may_log_in().filter(email__iexact=email).first()
        enqueue(RESET_LINK, account.pk if account else 0)


class UserTokenForm(allauth.UserTokenForm):
    """The link to a new password works for active staff."""

    def _get_user(self, uidb36: str) -> User | None:
        user = super()._get_user(uidb36)
        return user if user and user.is_active and user.is_staff else None

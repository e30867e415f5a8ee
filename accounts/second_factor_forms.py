"""allauth's forms about second factors, dressed, with limits that hold while Redis is away and a trail."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import forms as recovery_codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import limits, second_factor
from accounts.forms import Dressed
from accounts.models import User
from trail.models import Action, Result
from trail.recording import record


def _consume(account: User) -> None:
    for rate in limits.CODES:
        limits.consume(context.request, "second_factor", rate, str(account.pk), account=account)


def _record_failure(account: User | None, kind: str) -> None:
    record(context.request, Action.LOGIN, result=Result.FAILURE, actor=account, second_factor=kind)


class _CodeForm(Dressed):
    """A code from the app, or one of the recovery codes."""

    labels = {"code": _("Code")}
    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autofocus": True, "inputmode": "numeric"}

    def clean_code(self) -> str:
        _consume(self.user)
        code: str = self.cleaned_data["code"]
        authenticator = second_factor.use_up(self.user, code)
        if authenticator is None:
            _record_failure(self.user, "code")
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator = authenticator
        return code


class AuthenticateForm(_CodeForm, base.AuthenticateForm):
    """At the login."""


class ReauthenticateForm(_CodeForm, base.ReauthenticateForm):
    """Later, before something delicate."""


class ActivateTOTPForm(Dressed, totp.ActivateTOTPForm):
    labels = {"code": _("Code from the app")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class DeactivateTOTPForm(Dressed, totp.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(Dressed, recovery_codes.GenerateRecoveryCodesForm):
    pass


class AddWebAuthnForm(Dressed, webauthn.AddWebAuthnForm):
    labels = {"name": _("Name"), "passwordless": _("Log in with it without a password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = _("Needs a fingerprint, face or PIN. Older keys know none of them.")


class EditWebAuthnForm(Dressed, webauthn.EditWebAuthnForm):
    labels = {"name": _("Name")}


class _PasskeyForm(forms.Form):
    """A passkey's answer to a challenge."""

    user: User | None

    def clean_credential(self) -> Authenticator:
        if self.user:
            _consume(self.user)
        try:
            authenticator: Authenticator = super().clean_credential()  # type: ignore[misc]  # of the class beside this
        except ValidationError:
            _record_failure(self.user, "webauthn")
            raise
        return authenticator


class AuthenticateWebAuthnForm(_PasskeyForm, webauthn.AuthenticateWebAuthnForm):
    pass


class LoginWebAuthnForm(_PasskeyForm, webauthn.LoginWebAuthnForm):
    pass


class ReauthenticateWebAuthnForm(_PasskeyForm, webauthn.ReauthenticateWebAuthnForm):
    pass

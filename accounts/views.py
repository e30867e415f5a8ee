"""The pages of one's own account: the second factor's enrolment, the profile, and one's sessions."""

from typing import Any

from allauth.account import views as allauth
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import roles, second_factor, sessions, sso
from accounts.devices import described
from accounts.models import Session
from accounts.staff import staff_of
from trail.models import Action
from trail.recording import record


class LoginView(allauth.LoginView):
    """allauth's, with the way to the provider of single sign-on where there is one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if sso.is_configured():
            context |= {"sso_name": settings.OIDC_NAME, "sso_url": self.passthrough_next_url(reverse("accounts_sso"))}
        return context


@never_cache
@require_safe
@login_required
def enrol(request: HttpRequest) -> HttpResponse:
    """The choice of a second factor, for who has none."""
    return TemplateResponse(request, "account/enrol.html")


@never_cache
@require_safe
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is, one's second factors and sessions."""
    account = staff_of(request)
    authenticators = list(Authenticator.objects.filter(user=account).order_by("created_at"))
    codes = next((a for a in authenticators if a.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "title": _("My account"),
        "account": account,
        "role": _("Superuser") if account.is_superuser else roles.label(account.role),
        "waitlists": account.visible_waitlists(),
        "totp": next((a for a in authenticators if a.type == Authenticator.Type.TOTP), None),
        "passkeys": [a for a in authenticators if a.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "sessions": [_shown(session, request) for session in Session.objects.of(account).alive()],
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "longest_hours": settings.SESSION_LONGEST_SECONDS // 3600,
    }
    return TemplateResponse(request, "account/profile.html", context)


@require_POST
@login_required
def end_session(request: HttpRequest, handle: str) -> HttpResponse:
    """End one of one's own sessions."""
    account = staff_of(request)
    own = Session.objects.of(account).alive()
    session = next((one for one in own if constant_time_compare(one.handle, handle)), None)
    if session is None or session.session_key == request.session.session_key:
        raise Http404
    session.delete()
    record(request, Action.SESSION_REVOKED, target=account, count=1)
    messages.success(request, _("The session has ended."))
    return redirect("accounts_profile")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    account = staff_of(request)
    count = sessions.end_all(account, but=request.session.session_key)
    record(request, Action.SESSION_REVOKED, target=account, count=count)
    messages.success(request, _("All other sessions have ended."))
    return redirect("accounts_profile")


def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """allauth's, which does not ask the adapter whether it is the last second factor."""
    passkey = Authenticator.objects.filter(pk=pk, user_id=request.user.pk, type=Authenticator.Type.WEBAUTHN).first()
    if passkey and settings.SECOND_FACTOR_REQUIRED and second_factor.is_last(passkey):
        messages.error(request, _("This is your last second factor. Set up another one first."))
        return redirect("accounts_profile")
    response: HttpResponse = webauthn.remove_webauthn(request, pk=pk)
    return response


def _shown(session: Session, request: HttpRequest) -> dict[str, Any]:
    return {
        "session": session,
        "device": described(session.user_agent),
        "is_current": session.session_key == request.session.session_key,
    }

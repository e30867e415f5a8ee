"""Single sign-on with an OpenID Connect provider.

It opens the existing account of an active member of the staff, found by the provider's subject, or, the first time, by
an e-mail address that the provider has verified. It makes no account and gives no right. A second factor is asked for
as after a password: whether the provider has asked for one is not something that it proves.
"""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

from accounts.models import User
from accounts.pages import page
from trail.models import Action, Result
from trail.recording import record

logger = logging.getLogger(__name__)

PROVIDER = "sso"
# None with a shared secret: a public key must not pass for one.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 60  # seconds that the provider's clock may differ
# What a provider's reply of the wrong shape leads to; the last is allauth's for a subject that is too long.
MALFORMED = (KeyError, ValueError, TypeError, AttributeError, jwt.PyJWTError, ImproperlyConfigured)


def is_configured() -> bool:
    return bool(settings.OIDC_SERVER_URL)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """The one provider of the settings, and whom it may log in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Providers come from the settings only, not from the database."""
        if not is_configured():
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=PROVIDER,
                name=settings.OIDC_NAME,
                client_id=settings.OIDC_CLIENT_ID,
                secret=settings.OIDC_CLIENT_SECRET,
                settings={"server_url": settings.OIDC_SERVER_URL, "oauth_pkce_enabled": True},
            )
        ]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Set whose login this is. Raises ImmediateHttpResponse where it is nobody's."""
        claims = sociallogin.account.extra_data["userinfo"]
        email = sociallogin.user.email  # the claim, where it is an address
        # Providers that send a word instead do not always mean it.
        verified = claims.get("email_verified") is True
        account = _account(sociallogin.account.uid, email if verified else "")
        if account is None:
            raise ImmediateHttpResponse(refuse(request, "unknown" if verified else "unverified", email))
        sociallogin.user = account

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        reason = "cancelled" if kwargs.get("error") == AuthError.CANCELLED else "provider"
        if error := kwargs.get("exception"):
            logger.warning("Single sign-on failed: %s", type(error).__name__)
        raise ImmediateHttpResponse(refuse(request, reason))


class Provider(OpenIDConnectOAuth2Adapter):
    """Talks to the provider. Unlike allauth's own it trusts a token for its signature, not for where it came from."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        identity = self._decode_id_token(app, kwargs["response"]["id_token"])
        userinfo = self._fetch_user_info(token.token)
        # OpenID Connect Core, 5.3.2: else it might be somebody else's.
        if userinfo.get("sub") != identity["sub"]:
            raise OAuth2Error("userinfo of another subject")
        if not identity["sub"].isprintable():
            raise OAuth2Error("a subject that the database does not take")
        # Some providers put what scopes ask for in the one, some in the other. They are not mixed: that an address is
        # verified must not be believed of another one.
        data = {"userinfo": userinfo if "email" in userinfo else identity, "id_token": identity}
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
        key = jwt.PyJWKSet.from_dict(response.json())[jwt.get_unverified_header(id_token)["kid"]]
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=ALGORITHMS,
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY,
            options={"require": ["sub", "iss", "aud", "exp", "iat"]},
        )
        return claims


def _guarded(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """``view``, where there is a provider, with a page about what that one does wrong."""

    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not is_configured():
            raise Http404
        try:
            return view(request)
        except (RequestException, *MALFORMED) as error:
            logger.warning("Single sign-on failed: %s", type(error).__name__)
            return refuse(request, "provider")

    return wrapper


@_guarded
def login(request: HttpRequest) -> HttpResponse:
    """Off to the provider. Of what is in the link only where to go afterwards counts: allauth's own view would take
    from it what the provider is asked, and whether to connect the one who is logged in.
    """
    provider = Provider(request, PROVIDER).get_provider()
    return provider.redirect(request, process=AuthProcess.LOGIN, next_url=get_next_redirect_url(request))


@_guarded
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    return OAuth2CallbackView.adapter_view(Provider(request, PROVIDER))(request)


def refuse(request: HttpRequest, reason: str, email: str = "") -> HttpResponse:
    """The page that says why nobody was logged in, recorded."""
    result = Result.FAILURE if reason in {"provider", "cancelled"} else Result.UNAUTHORIZED
    record(request, Action.LOGIN, result=result, actor_email=email, method="sso", reason=reason)
    context = {"reason": reason, "provider": settings.OIDC_NAME, "email": email}
    return page(request, "account/sso_refused.html", context, HTTPStatus.FORBIDDEN)


def _account(subject: str, verified_email: str) -> User | None:
    """Whose ``subject`` it is; the first time it becomes that of the account with ``verified_email``."""
    staff = User.objects.who_may_log_in()
    if account := staff.filter(external_id=subject).first():
        return account
    if not verified_email:
        return None
    try:
        with transaction.atomic():
            # In lower case: "iexact" compares capitals, and those of some letters of other domains are the same.
            unclaimed = staff.alias(address=Lower("email")).filter(address=verified_email, external_id=None)
            account = unclaimed.select_for_update().first()
            if account:
                account.external_id = subject
                account.save(update_fields=["external_id"])
    except IntegrityError:  # it is that of somebody who may not log in
        return None
    return account

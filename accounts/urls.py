"""Login and account pages, under the admin's path. Of allauth's only what is needed: nothing of a sign-up.

Three of them stand in for the admin's own: its login, logout and change of password.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, path, re_path

from accounts import sso, views
from accounts.limits import limited
from accounts.pages import dressed


def _page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    return path(route, dressed(view), name=name)


urlpatterns = [
    _page("login/", limited("login", "20/m")(views.LoginView.as_view()), "account_login"),
    _page("logout/", account.logout, "account_logout"),
    _page("password_change/", account.password_change, "account_change_password"),
    _page("account/", views.profile, "accounts_profile"),
    # allauth goes back to these by their names; all of them are parts of the profile.
    _page("account/", views.profile, "mfa_index"),
    _page("account/", views.profile, "mfa_list_webauthn"),
    _page("account/enrol/", views.enrol, "accounts_enrol"),
    _page("account/inactive/", account.account_inactive, "account_inactive"),
    _page("account/reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    path("account/sessions/end/", views.end_other_sessions, name="accounts_end_other_sessions"),
    path("account/sessions/<slug:handle>/end/", views.end_session, name="accounts_end_session"),
    # Passwords
    _page("account/password/set/", account.password_set, "account_set_password"),
    _page("account/password/reset/", limited("reset", "10/h")(account.password_reset), "account_reset_password"),
    _page("account/password/reset/done/", account.password_reset_done, "account_reset_password_done"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        dressed(limited("reset_key", "20/m", method=None)(account.password_reset_from_key)),
        name="account_reset_password_from_key",
    ),
    _page(
        "account/password/reset/key/done/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    # Second factors
    _page("account/2fa/", limited("second_factor", "20/m")(mfa.authenticate), "mfa_authenticate"),
    _page("account/2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    _page("account/2fa/app/activate/", totp.activate_totp, "mfa_activate_totp"),
    _page("account/2fa/app/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _page("account/2fa/codes/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _page("account/2fa/codes/generate/", recovery_codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _page("account/2fa/codes/download/", recovery_codes.download_recovery_codes, "mfa_download_recovery_codes"),
    _page(
        "account/2fa/passkeys/login/",
        limited("passkey", "30/m", method=None)(webauthn.login_webauthn),
        "mfa_login_webauthn",
    ),
    _page("account/2fa/passkeys/add/", webauthn.add_webauthn, "mfa_add_webauthn"),
    _page("account/2fa/passkeys/reauthenticate/", webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    _page("account/2fa/passkeys/<int:pk>/edit/", webauthn.edit_webauthn, "mfa_edit_webauthn"),
    _page("account/2fa/passkeys/<int:pk>/remove/", views.remove_passkey, "mfa_remove_webauthn"),
    # Single sign-on
    path("account/sso/", limited("sso", "20/m", method=None)(sso.login), name="accounts_sso"),
    path(
        "account/sso/callback/",
        limited("sso", "20/m", method=None)(sso.callback),
        {"provider_id": sso.PROVIDER},
        name="openid_connect_callback",
    ),
]

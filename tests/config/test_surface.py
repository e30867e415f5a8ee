"""Every address that the URL map knows, as production answers it: its headers, its cookies, and to whom."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from config import health
from tests.config.production import apply_production
from tests.factories import make_entry
from waitlist import views

pytestmark = pytest.mark.django_db
TOKEN = uuid.UUID("5d0b1bb6-3c2b-4f0e-8a57-1df8a2f1c922")
ADMIN = "buero/liste/"
HOST = "liste.kurzum.example"

# A route with another argument needs a sample here.
SAMPLES = {
    "app_label": "waitlist",
    "content_type_id": "1",
    "handle": "nonsense",
    "id": "1",
    "key": "nonsense",
    "object_id": "1",
    "pk": str(TOKEN),
    "name": "daily",
    "slug": "kurzum_app",
    "token": str(TOKEN),
    "uidb36": "1",
    "url": "nothing/here",
}
# What strangers may reach, with the statuses of an empty GET and POST; everything else sends them to the login.
PUBLIC = {
    "": (200, 405),
    "w/<slug:slug>": (200, 405),
    "api/openapi.json": (200, 405),
    "api/waitlist": (405, 400),
    "api/waitlist/<slug:slug>": (405, 400),
    "^api/": (404, 404),
    "confirm/<uuid:token>": (200, 200),
    "confirm/<uuid:token>/renew": (405, 200),
    "unsubscribe/<str:token>": (200, 200),
    "health": (200, 405),
    "metrics": (404, 405),
    f"{ADMIN}login/": (200, 200),
    f"{ADMIN}account/inactive/": (200, 405),
    f"{ADMIN}account/password/reset/": (200, 200),
    f"{ADMIN}account/password/reset/done/": (200, 405),
    rf"{ADMIN}^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$": (200, 200),
    f"{ADMIN}account/password/reset/key/done/": (200, 405),
}
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """The pattern of every address, such as ``confirm/<uuid:token>``."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern)


def path_of(route: str) -> str:
    """An address that fits ``route``. Raises KeyError where SAMPLES lacks an argument of it."""
    plain = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", route).replace("^", "").removesuffix("$")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda argument: SAMPLES[argument[1]], plain)


@pytest.fixture
def production(settings: Settings) -> Settings:
    """Production behind one proxy that speaks HTTPS, with an entry whose links are alive."""
    apply_production(settings, ADMIN_PATH=ADMIN, TRUSTED_PROXY_COUNT="1")
    entry = make_entry(confirmation_token=TOKEN)
    entry.signups.update(unsubscribe_token=str(TOKEN))
    return settings


@pytest.fixture
def stranger(production: Settings) -> Client:
    return Client(raise_request_exception=False, headers={"Host": HOST, "X-Forwarded-Proto": "https"})


def assert_is_hardened(response: Any, path: str) -> None:
    for name, value in HEADERS.items():
        assert response.get(name) == value, (path, name)
    policy = response["Content-Security-Policy"]
    if path.startswith(f"/{ADMIN}"):
        assert "script-src 'self' 'unsafe-eval'" in policy.split("; "), path
    else:
        assert "unsafe-" not in policy, path
    for directive in ("default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"):
        assert directive in policy.split("; "), path
    for feature in ("camera", "geolocation", "microphone", "payment"):
        assert f"{feature}=()" in response["Permissions-Policy"], path
    # What posts to this site needs a referrer, or browsers send "Origin: null"; a form's address holds no token.
    is_form = response.status_code == 200 and (path == "/" or path.startswith("/w/"))
    referrer = "same-origin" if is_form or path.startswith(f"/{ADMIN}") else "no-referrer"
    assert response["Referrer-Policy"] == referrer, path
    assert re.fullmatch(r"[0-9a-f-]{36}", response["X-Request-ID"]), path
    for name, cookie in response.cookies.items():
        assert name.startswith("__Host-"), path
        assert cookie["secure"], (path, name)
        assert cookie["httponly"], (path, name)
        assert cookie["samesite"] == "Lax", (path, name)
        assert (cookie["path"], cookie["domain"]) == ("/", ""), (path, name)


def test_every_address_is_hardened_and_strangers_see_only_what_is_public(stranger: Client) -> None:
    known = list(routes(get_resolver().url_patterns))
    assert set(PUBLIC) <= set(known)
    assert f"{ADMIN}waitlist/waitlistentry/<int:pk>/note/" in known
    assert f"{ADMIN}procrastinate/procrastinatejob/" in known
    login = reverse("account_login")

    for route in known:
        path = path_of(route)
        for method in ("GET", "POST"):
            response = stranger.generic(method, path)
            assert_is_hardened(response, path)
            if route in PUBLIC:
                assert response.status_code == PUBLIC[route][method == "POST"], (method, path)
            elif response.status_code not in {404, 405}:
                assert response.status_code == 302, (method, path)
                assert response["Location"].partition("?next=")[0] == login, path


def test_the_admin_is_at_its_own_path_only(stranger: Client) -> None:
    assert reverse("admin:index") == f"/{ADMIN}"
    for path in ("/admin/", "/admin/login/", "/admin"):
        assert stranger.get(path).status_code == 404


def test_the_login_at_its_own_path_is_throttled(stranger: Client) -> None:
    guess = {"login": "mario@kurzum.example", "password": "guess"}
    statuses = [stranger.post(f"/{ADMIN}login/", guess).status_code for _ in range(11)]

    assert statuses == [200] * 10 + [429]
    assert_is_hardened(stranger.post(f"/{ADMIN}login/", guess), f"/{ADMIN}login/")


def test_a_forged_login_is_refused_on_a_page_of_ours(production: Settings) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Host": HOST, "X-Forwarded-Proto": "https"})

    response = client.post(f"/{ADMIN}login/", {"login": "mario@kurzum.example", "password": "guess"})

    assert response.status_code == 403
    assert "waitlist/style.css" in response.content.decode()
    assert_is_hardened(response, f"/{ADMIN}login/")


def test_a_session_is_hardened_too(stranger: Client) -> None:
    get_user_model().objects.create_superuser("mario@kurzum.example", "demo-password")

    response = stranger.post(f"/{ADMIN}login/", {"login": "mario@kurzum.example", "password": "demo-password"})

    assert response.status_code == 302
    assert set(response.cookies) == {"__Host-session", "__Host-csrf", "__Host-device"}
    assert_is_hardened(response, f"/{ADMIN}login/")


def test_static_files_are_hardened(production: Settings, tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("body {}")
    production.STATIC_ROOT = tmp_path
    client = Client(headers={"Host": HOST, "X-Forwarded-Proto": "https"})

    response = client.get("/static/style.css")

    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response
    assert_is_hardened(response, "/static/style.css")


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing", "/confirm/nothing", "/static/nothing", f"/{ADMIN}x/y"])
def test_what_is_not_there_is_hardened(stranger: Client, path: str) -> None:
    response = stranger.get(path)

    assert response.status_code == 302 if path.startswith(f"/{ADMIN}") else 404
    assert_is_hardened(response, path)


def test_errors_are_hardened_and_tell_no_detail(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("martin@maier.at")

    monkeypatch.setattr(health, "_jobs", fail)
    monkeypatch.setattr(views, "_open_list", fail)
    for path, response in {"/health": stranger.get("/health"), "/api/waitlist": stranger.post("/api/waitlist")}.items():
        assert response.status_code == 500
        assert_is_hardened(response, path)
        for detail in ("martin", "RuntimeError", "Traceback", "DEBUG"):
            assert detail not in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/api/waitlist", "/health", f"/{ADMIN}"])
def test_another_host_is_refused(stranger: Client, path: str) -> None:
    response = stranger.get(path, headers={"Host": "kurzum.example.evil"})

    assert response.status_code == 400
    assert_is_hardened(response, path)


def test_plain_http_leads_to_https_except_for_probes(production: Settings) -> None:
    client = Client(headers={"Host": HOST})

    response = client.get("/w/kurzum_app?a=b")
    assert (response.status_code, response["Location"]) == (301, f"https://{HOST}/w/kurzum_app?a=b")
    assert client.get("/health").status_code == 200


def test_a_route_without_a_sample_is_noticed() -> None:
    with pytest.raises(KeyError):
        path_of("confirm/<uuid:token>/<int:unheard_of>")

"""A small OpenID Connect provider on loopback: strict with its clients, and wrong where a test says so.

It knows one client and one person. Its login page has a button to log in and one to cancel; pressing one is a POST.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID = "back-office"
CLIENT_SECRET = "known-to-both"
KEY_ID = "2026"
DISCOVERY = "/.well-known/openid-configuration"
CODE_SECONDS = 60
PAGE = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><title>Provider</title><link rel="icon" href="data:,"></head>
<body><h1>Provider</h1><form method="post"><button name="press" value="log in">Log in as {sub}</button>
<button name="press" value="cancel">Cancel</button></form></body></html>"""

Claims = dict[str, Any]
Parameters = dict[str, str]


class Refused(Exception):
    """What the client sent is wrong. ``error`` is a code of RFC 6749."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """The same key for the same name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed(claims: Claims, name: str = "provider") -> str:
    """``claims`` as a token."""
    return jwt.encode(claims, key(name), algorithm="RS256", headers={"kid": KEY_ID})


@dataclass
class Provider:
    """Who logs in, and what is wrong: claims that replace the right ones, another signature, other statuses."""

    url: str
    redirect_uris: set[str] = field(default_factory=set)
    person: Claims = field(default_factory=dict)
    id_token: Claims = field(default_factory=dict)
    userinfo: Claims = field(default_factory=dict)
    sign: Callable[[Claims], str] = signed
    client_authentication: str = "client_secret_basic"
    statuses: dict[str, int] = field(default_factory=dict)  # by path
    bodies: dict[str, str] = field(default_factory=dict)  # by path
    refusals: list[str] = field(default_factory=list)
    _codes: dict[str, tuple[Parameters, float]] = field(default_factory=dict)
    _access_tokens: set[str] = field(default_factory=set)

    def discovery(self) -> Claims:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [self.client_authentication],
        }

    def jwks(self) -> Claims:
        public: Claims = RSAAlgorithm.to_jwk(key("provider").public_key(), as_dict=True)
        return {"keys": [public | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def check_wish(self, wish: Parameters) -> None:
        """What a client may ask for at the authorization endpoint. Raises Refused."""
        if wish.get("client_id") != CLIENT_ID or wish.get("redirect_uri") not in self.redirect_uris:
            raise Refused("unauthorized_client")
        right = {"response_type": "code", "code_challenge_method": "S256"}
        missing = not wish.get("state") or not wish.get("code_challenge")
        if missing or right.items() - wish.items() or "openid" not in wish.get("scope", "").split():
            raise Refused("invalid_request")

    def answer(self, wish: Parameters, press: str) -> str:
        """Where the person's browser is sent after a button was pressed."""
        if press == "cancel":
            reply = {"error": "access_denied"}
        else:
            reply = {"code": secrets.token_urlsafe()}
            self._codes[reply["code"]] = (wish, time.time() + CODE_SECONDS)
        return f"{wish['redirect_uri']}?{urlencode(reply | {'state': wish['state']})}"

    def redeem(self, form: Parameters, authorization: str) -> Claims:
        """The tokens for a code, once. Raises Refused."""
        self._check_client(form, authorization)
        wish, end = self._codes.pop(form.get("code", ""), ({}, 0.0))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        matches = (form.get("redirect_uri"), challenge.rstrip(b"=").decode()) == (
            wish.get("redirect_uri"),
            wish.get("code_challenge"),
        )
        if form.get("grant_type") != "authorization_code" or time.time() > end or not matches:
            raise Refused("invalid_grant")
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "sub": self.person["sub"]}
        access_token = secrets.token_urlsafe()
        self._access_tokens.add(access_token)
        id_token = self.sign(claims | self.id_token)
        return {"access_token": access_token, "id_token": id_token, "token_type": "Bearer", "expires_in": 300}

    def _check_client(self, form: Parameters, authorization: str) -> None:
        pair = f"{form.get('client_id')}:{form.get('client_secret')}"
        if self.client_authentication == "client_secret_basic":
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if pair != f"{CLIENT_ID}:{CLIENT_SECRET}":
            raise Refused("invalid_client", 401)

    def claims_for(self, authorization: str) -> Claims:
        """What userinfo says. Raises Refused."""
        if authorization.removeprefix("Bearer ") not in self._access_tokens:
            raise Refused("invalid_token", 401)
        return self.person | self.userinfo


class Handler(BaseHTTPRequestHandler):
    """One request to the provider."""

    provider: Provider

    def do_GET(self) -> None:
        self._serve(
            {
                DISCOVERY: lambda: self._json(self.provider.discovery()),
                "/jwks": lambda: self._json(self.provider.jwks()),
                "/authorize": self._ask,
                "/userinfo": lambda: self._json(self.provider.claims_for(self.headers["Authorization"] or "")),
            }
        )

    def do_POST(self) -> None:
        self._serve({"/authorize": self._redirect, "/token": self._redeem})

    def _serve(self, pages: dict[str, Callable[[], None]]) -> None:
        path = urlsplit(self.path).path
        try:
            if path in self.provider.statuses or path in self.provider.bodies:
                body = self.provider.bodies.get(path, "out of order")
                self._send(self.provider.statuses.get(path, 200), body, "application/json")
            elif path in pages:
                pages[path]()
            else:
                self._send(404, "no such page", "text/plain")
        except Refused as refused:
            self.provider.refusals.append(refused.error)
            self._json({"error": refused.error}, refused.status)

    def _ask(self) -> None:
        self.provider.check_wish(self._query())
        self._send(200, PAGE.format(sub=self.provider.person["sub"]), "text/html; charset=utf-8")

    def _redirect(self) -> None:
        self.provider.check_wish(self._query())
        self.send_response(302)
        self.send_header("Location", self.provider.answer(self._query(), self._form().get("press", "")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _redeem(self) -> None:
        self._json(self.provider.redeem(self._form(), self.headers["Authorization"] or ""))

    def _query(self) -> Parameters:
        return dict(parse_qsl(urlsplit(self.path).query))

    def _form(self) -> Parameters:
        return dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()))

    def _json(self, body: Claims, status: int = 200) -> None:
        self._send(status, json.dumps(body), "application/json")

    def _send(self, status: int, body: str, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that listens on a free port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Provider(f"http://127.0.0.1:{server.server_port}")
        server.RequestHandlerClass = type("ProvidersHandler", (Handler,), {"provider": provider})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield provider
        server.shutdown()
        thread.join()

"""Sessions: rows of the database that say whose they are and from where. To delete the row is to end the session.

They are not cached, since a copy that outlived its row would keep somebody logged in. A row is read with every request
and written about once a minute.
"""

import datetime as dt
import time
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from waitlist.client_address import client_address

LOGIN = "login"  # the key under which a session keeps when, from where and with what it was begun and last used
NOTED_EVERY = 60  # seconds between two notes that a session is in use


class SessionQuerySet(models.QuerySet["Session"]):
    """Sessions by their state."""

    def alive(self) -> "SessionQuerySet":
        """Those that have neither been idle for too long nor gone on for too long."""
        return self.filter(expire_date__gt=timezone.now())

    def expired(self) -> "SessionQuerySet":
        return self.filter(expire_date__lte=timezone.now())

    def of(self, account: AbstractBaseUser) -> "SessionQuerySet":
        return self.filter(account_id=account.pk)


class Session(AbstractBaseSession):
    """A session; of nobody until somebody has logged in with it."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions", verbose_name=_("Account")
    )
    started_at = models.DateTimeField(_("Since"), null=True)
    seen_at = models.DateTimeField(_("Last seen"), null=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.TextField(_("User agent"), blank=True)

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()  # type: ignore[misc]  # the stubs declare it otherwise

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        db_table = "sessions"
        ordering: ClassVar[Any] = ("-seen_at",)

    @classmethod
    def get_session_store_class(cls) -> type["SessionStore"]:
        return SessionStore

    @property
    def handle(self) -> str:
        """A name for this session that, unlike its key, opens nothing."""
        return salted_hmac("accounts.session", self.session_key).hexdigest()[:32]


class SessionStore(DatabaseStore):
    """Django's own store, over ``Session``."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        if SESSION_KEY in data:
            session.account_id = int(data[SESSION_KEY])
        if login := data.get(LOGIN):
            session.started_at, session.seen_at = _moment(login["started"]), _moment(login["seen"])
            session.ip_address, session.user_agent = login["ip_address"], login["user_agent"]
        return session


def begin(request: HttpRequest) -> None:
    """Note in the session that somebody has just logged in with it."""
    now = int(time.time())
    request.session[LOGIN] = {"started": now} | _use(request, now)
    request.session.set_expiry(settings.SESSION_IDLE_SECONDS)


def is_over(request: HttpRequest) -> bool:
    """Whether the session has gone on for too long, in use or not. One that does not know its beginning has."""
    login = request.session.get(LOGIN)
    return login is None or time.time() >= login["started"] + settings.SESSION_LONGEST_SECONDS


def note_use(request: HttpRequest) -> None:
    """Put off the end of a session in use, unless that was done a moment ago."""
    login, now = request.session[LOGIN], int(time.time())
    if now < login["seen"] + NOTED_EVERY:
        return
    request.session[LOGIN] = login | _use(request, now)
    left = login["started"] + settings.SESSION_LONGEST_SECONDS - now
    request.session.set_expiry(min(settings.SESSION_IDLE_SECONDS, left))


def end_all(account: AbstractBaseUser, *, but: str | None = None) -> int:
    """End the sessions of ``account``, save the one with the key ``but``; returns how many there were."""
    count, _by_model = Session.objects.of(account).exclude(session_key=but or "").delete()
    return count


def _use(request: HttpRequest, now: int) -> dict[str, Any]:
    user_agent = request.headers.get("User-Agent", "")[:500]
    return {"seen": now, "ip_address": client_address(request), "user_agent": user_agent}


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)

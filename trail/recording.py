"""Writing the trail: the one door for everybody who has something to record."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.http import HttpRequest

from trail.models import Action, AuditEvent, Result
from waitlist.client_address import client_address
from waitlist.models import Waitlist


def record(
    request: HttpRequest | None,
    action: Action,
    *,
    result: Result = Result.SUCCESS,
    actor: AbstractBaseUser | None = None,
    actor_email: str = "",
    target: models.Model | None = None,
    waitlist: Waitlist | None = None,
    **details: Any,
) -> AuditEvent:
    """Record ``action`` of ``actor``, by default the request's account; without a request it was ``manage.py``."""
    if actor is None and request is not None and request.user.is_authenticated:
        actor = request.user
    return AuditEvent.objects.create(
        action=action,
        result=result,
        actor_id=actor.pk if actor else None,
        actor_email=actor.get_username() if actor else actor_email,
        ip_address=client_address(request) if request else None,
        user_agent=request.headers.get("User-Agent", "")[:500] if request else "",
        target_model=target._meta.label_lower if target else "",
        target_pk=str(target.pk) if target else "",
        waitlist=waitlist,
        details=details,
    )

"""The pages that visitors see: doors to the pipeline, in German."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar, cast
from uuid import UUID

import pghistory
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_ratelimit.decorators import ratelimit

from waitlist import bot_traps, pipeline
from waitlist.choices import CompanySize, Gewerk
from waitlist.client_address import client_address, network_of
from waitlist.models import Signup, Waitlist, WaitlistEntry
from waitlist.pipeline import Confirmation

View = TypeVar("View", bound=Callable[..., HttpResponse])


def client_key(group: str, request: HttpRequest) -> str:
    """Whom django-ratelimit counts."""
    return network_of(client_address(request))


def limited(view: View) -> View:
    """Sixty requests a minute for one client; then config.errors answers with 429."""
    return cast(View, ratelimit(key=client_key, rate="60/m")(view))


@require_safe
@limited
def form(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The hosted sign-up form of a list."""
    waitlist = get_object_or_404(Waitlist, slug=slug or settings.DEFAULT_WAITLIST)
    context = {
        "waitlist": waitlist,
        "consent_text": waitlist.consent_text(),
        "gewerke": Gewerk.values,
        "company_sizes": CompanySize.values,
        "api_url": reverse("api-sign-up", kwargs={"slug": waitlist.slug}),
        "turnstile_script_url": settings.TURNSTILE_SCRIPT_URL,
        "turnstile_site_key": settings.TURNSTILE_SITE_KEY,
        "turnstile_action": settings.TURNSTILE_ACTION,
        "form_token": bot_traps.new_form_token(waitlist),
        "minimum_seconds": bot_traps.MINIMUM.seconds,
    }
    response = render(request, "pages/form.html", context)
    # Without a referrer a browser may post with "Origin: null", which the endpoint refuses.
    response["Referrer-Policy"] = "same-origin"
    return response


# The three pages below are reached with a secret token from a mail. It, not a cookie, is the authority: mail
# clients post without cookies, and a forged request would have to know the token.


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited
def confirm(request: HttpRequest, token: UUID) -> HttpResponse:
    """What a link stands for, with a button; only the button confirms, for mail scanners open links."""
    entry = WaitlistEntry.objects.select_related("waitlist").filter(confirmation_token=token).first()
    if entry is None:
        return render(request, "pages/link_invalid.html", status=HTTPStatus.NOT_FOUND)
    if request.method == "GET":
        pipeline.open_link(entry)
    with pghistory.context(source="visitor"):
        state = pipeline.confirm(entry) if request.method == "POST" else pipeline.confirmation_of(entry)
    context = {"entry": entry, "waitlist": entry.waitlist, "signup": entry.latest_signup()}
    status = HTTPStatus.GONE if state is Confirmation.EXPIRED else HTTPStatus.OK
    return render(request, f"pages/confirm_{state.value}.html", context, status=status)


@csrf_exempt
@require_POST
@never_cache
@limited
def renew_confirmation(request: HttpRequest, token: UUID) -> HttpResponse:
    """Send the link again. The answer is the same whether the caps let another mail out or not."""
    entry = get_object_or_404(WaitlistEntry.objects.select_related("waitlist"), confirmation_token=token)
    pipeline.renew_confirmation(entry)
    return render(request, "pages/confirmation_renewed.html", {"waitlist": entry.waitlist})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A button that unsubscribes; mail clients post here without asking (RFC 8058)."""
    signup = Signup.objects.select_related("waitlist", "entry").filter(unsubscribe_token=token).first()
    if signup is None or signup.entry is None:
        return render(request, "pages/link_invalid.html", status=HTTPStatus.NOT_FOUND)
    if request.method == "POST":
        pipeline.unsubscribe(signup.entry)
        signup.refresh_from_db(fields=["unsubscribed_at"])
    return render(request, "pages/unsubscribe.html", {"signup": signup, "waitlist": signup.waitlist})

"""The JSON endpoint: a door. It says what is wrong with a request; ``waitlist.pipeline`` does the work."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from waitlist import bot_traps, openapi, pipeline
from waitlist.choices import RefusalReason
from waitlist.client_address import client_address
from waitlist.envelope import ApiError, ErrorCode, success_response
from waitlist.models import Signup, Waitlist
from waitlist.origins import origin_is_allowed
from waitlist.refusals import count_refusal
from waitlist.validation import MalformedBody, SignupForm, parse_body

MAX_BODY = 16 * 1024  # bytes
REFUSALS = {
    ErrorCode.VALIDATION_ERROR: RefusalReason.VALIDATION,
    ErrorCode.RATE_LIMITED: RefusalReason.LIMIT,
    ErrorCode.BOT_DETECTED: RefusalReason.BOT,
}


@csrf_exempt  # no cookie is looked at; the Origin is checked instead
@require_POST
def sign_up(request: HttpRequest, slug: str | None = None) -> JsonResponse:
    """POST /api/waitlist[/<slug>]: one sign-up."""
    waitlist = _open_list(request, slug or settings.DEFAULT_WAITLIST)
    try:
        signup = _accepted(request, waitlist)
    except ApiError as refusal:
        if reason := REFUSALS.get(refusal.code):
            count_refusal(waitlist, reason)
        raise
    return success_response({"signupId": str(signup.pk), "status": "confirmation_pending"})


def _accepted(request: HttpRequest, waitlist: Waitlist) -> Signup:
    form = _valid_form(request, waitlist)
    _refuse_bots(form, waitlist)
    try:
        return pipeline.accept(
            form.signup_fields(),
            token=form.cleaned_data["turnstile_token"],
            ip_address=client_address(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
    except pipeline.RateLimited as refusal:
        message = _("Too many sign-ups from your connection. Please try again later.")
        raise ApiError(ErrorCode.RATE_LIMITED, message, headers={"Retry-After": str(refusal.retry_after)}) from None
    except pipeline.BotDetected:
        raise ApiError(ErrorCode.BOT_DETECTED, _("The bot check failed. Please try again.")) from None


@csrf_exempt
@require_safe
@cache_control(public=True, max_age=3600)
def openapi_document(request: HttpRequest) -> JsonResponse:
    """GET /api/openapi.json: the one answer under /api/ that is no envelope."""
    return JsonResponse(openapi.document())


@csrf_exempt  # or a POST would be told that it is forbidden
def not_found(request: HttpRequest) -> JsonResponse:
    """Everything else under /api/."""
    raise ApiError(ErrorCode.NOT_FOUND, _("There is nothing at this address."))


def _open_list(request: HttpRequest, slug: str) -> Waitlist:
    waitlist = Waitlist.objects.by_slug(slug)
    if waitlist is None:
        raise ApiError(ErrorCode.NOT_FOUND, _("There is no such list."))
    if not origin_is_allowed(request, waitlist):
        raise ApiError(ErrorCode.FORBIDDEN, _("This site may not use this form."))
    if not waitlist.is_open:
        raise ApiError(ErrorCode.FORBIDDEN, _("This list is closed and takes no more sign-ups."))
    return waitlist


def _valid_form(request: HttpRequest, waitlist: Waitlist) -> SignupForm:
    if request.content_type != "application/json":
        raise ApiError(ErrorCode.VALIDATION_ERROR, _("Send the form as application/json."))
    if request.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity"}:
        # Nothing here is inflated, by whatever factor it would grow.
        raise ApiError(ErrorCode.VALIDATION_ERROR, _("Send the form uncompressed."))
    # One byte more than allowed tells too much from just enough, whatever the headers say.
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise ApiError(ErrorCode.VALIDATION_ERROR, _("The form is larger than 16 KiB."))
    try:
        form = SignupForm(waitlist, parse_body(body))
    except MalformedBody:
        raise ApiError(ErrorCode.VALIDATION_ERROR, _("The body is not a JSON object.")) from None
    if not form.is_valid():
        message = _("Please check your entries.")
        raise ApiError(ErrorCode.VALIDATION_ERROR, message, fields=form.errors_by_json_name())
    return form


def _refuse_bots(form: SignupForm, waitlist: Waitlist) -> None:
    data = form.cleaned_data
    try:
        bot_traps.check(waitlist, website=data["website"], form_token=data["form_token"])
    except bot_traps.Trapped:
        raise ApiError(ErrorCode.BOT_DETECTED, _("The bot check failed. Please try again.")) from None
    except bot_traps.FormExpired:
        message = _("This form has been open for too long. Please send it once more, or load the page again.")
        raise ApiError(ErrorCode.BOT_DETECTED, message) from None

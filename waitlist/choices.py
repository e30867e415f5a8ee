"""The values that a form field or a status may take; the database checks them too."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Gewerk(TextChoices):
    """The trade. Values and labels are the founder's own German terms."""

    ELECTRICAL = "Elektrotechnik", "Elektrotechnik"
    PLUMBING = "Sanitär/Heizung/Lüftung", "Sanitär/Heizung/Lüftung"
    OTHER = "Sonstige", "Sonstige"


class CompanySize(TextChoices):
    """Number of employees."""

    UP_TO_5 = "1-5", "1-5"
    UP_TO_10 = "6-10", "6-10"
    UP_TO_20 = "11-20", "11-20"
    UP_TO_50 = "21-50", "21-50"
    OVER_50 = "50+", "50+"


class SignupStatus(TextChoices):
    """How far the processing of a sign-up has come."""

    RECEIVED = "received", _("Waiting for the CRM")
    PROCESSED = "processed", _("In the CRM")
    FAILED = "failed", _("Failed")
    # Turnstile was away, so nobody vouches for the visitor: neither mailed nor sent to the CRM.
    QUARANTINED = "quarantined", _("In quarantine")


class MailKind(TextChoices):
    """What a mail is for."""

    CONFIRMATION = "confirmation", _("Confirmation")
    # Every later mail with the link: the link's days count from it again.
    CONFIRMATION_RENEWED = "confirmation_renewed", _("Confirmation, sent again")
    ALREADY_CONFIRMED = "already_confirmed", _("Already on the list")
    FOUNDER_NOTICE = "founder_notice", _("Notice to the founder")
    FOUNDER_DIGEST = "founder_digest", _("Daily digest to the founder")
    MAILING_PAUSED = "mailing_paused", _("Warning to the founder: mailing is paused")


class MailStatus(TextChoices):
    """How far a mail has come."""

    QUEUED = "queued", _("Waiting")
    # The list's hourly limit is used up: a flood must not go out as mail.
    HELD = "held", _("Held back")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class CrmUpdateKind(TextChoices):
    """What the CRM has yet to learn of a party."""

    PROSPECT = "prospect", _("Is a prospect")
    CUSTOMER = "customer", _("Is a customer")
    UNSUBSCRIBE = "unsubscribe", _("Wants no more mail")


class CrmUpdateStatus(TextChoices):
    """How far such a message has come."""

    QUEUED = "queued", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Notices(TextChoices):
    """How the founder is told of confirmed leads by mail."""

    EACH = "each", _("At once, one mail each")
    DAILY = "daily", _("Once a day, all together")
    NONE = "none", _("Not at all")


class RefusalReason(TextChoices):
    """Why an attempt to sign up was turned away."""

    VALIDATION = "validation", _("Mistakes in the form")
    LIMIT = "limit", _("Too many from one connection")
    BOT = "bot", _("Bot check")


class Failure(TextChoices):
    """Why the last attempt failed, in words that a founder can act on. Values are ``integrations.errors.Reason``."""

    TIMEOUT = "timeout", _("The service did not answer in time.")
    UNREACHABLE = "unreachable", _("The service could not be reached.")
    RATE_LIMITED = "rate_limited", _("The service asked us to slow down.")
    SERVER_ERROR = "server_error", _("The service reported an error of its own.")
    UNAUTHORIZED = "unauthorized", _("The service refused our access. Check the API key, then try again.")
    REJECTED = (
        "rejected",
        _("The service rejected the data, for example the e-mail address. Check them, then try again."),
    )
    BAD_ANSWER = "bad_answer", _("The service's answer was not understood. Tell its operator, then try again.")
    INTERNAL = "internal", _("An error of our own. The log has the details.")

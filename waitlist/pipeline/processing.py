"""The CRM gets the party, the list its entry."""

import logging
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from integrations import mms
from integrations.errors import PermanentError, TransientError
from waitlist.choices import Failure, MailKind, SignupStatus
from waitlist.database import retried
from waitlist.models import Mail, Signup, WaitlistEntry
from waitlist.pipeline.mailing import ask_for_confirmation, queue_mail

logger = logging.getLogger(__name__)


def process(signup_pk: UUID, *, last_attempt: bool) -> None:
    """Bring a sign-up to the CRM and on the list. Does nothing where that has happened.

    Raises TransientError where trying again may help; ``last_attempt`` says that nobody will.
    """
    signup = Signup.objects.select_related("waitlist", "consent_text").filter(pk=signup_pk).first()
    if signup is None or signup.status in {SignupStatus.PROCESSED, SignupStatus.QUARANTINED}:
        return
    # MMS finds parties by their address: another spelling of a known inbox must not become another party.
    known = Signup.objects.same_inbox(signup).filter(status=SignupStatus.PROCESSED).order_by("processed_at").first()
    try:
        party = mms.create_party(
            email=(known or signup).email,
            display_name=signup.display_name,
            source_project=signup.waitlist.slug,
            consent_ip=signup.ip_address,
            consent_user_agent=signup.user_agent,
            consent_text_version=signup.consent_text.version,
        )
    except PermanentError as error:
        signup.record_failure(error.reason, final=True)
        logger.error("Sign-up %s was refused for good: %s", signup.pk, error)
        return
    except TransientError as error:
        signup.record_failure(error.reason, final=last_attempt)
        raise
    except Exception:
        signup.record_failure(Failure.INTERNAL, final=last_attempt)
        raise
    _settle(signup, party)


@retried
def _settle(signup: Signup, party: mms.CreatedParty) -> None:
    """Entry, sign-up and mail commit together; the constraint decides that a party has one entry per list."""
    now = timezone.now()
    with transaction.atomic():
        entry, created = WaitlistEntry.objects.get_or_create(
            waitlist=signup.waitlist,
            mms_party_id=party.party_id,
            defaults={"mms_contact_point_id": party.contact_point_id, **signup.form_data},
        )
        # Locked, so that sign-ups of one address count each other's mails.
        entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
        signup.settle(entry, unsubscribe_token=party.unsubscribe_token, now=now)
        # The visitor has got through: what was kept of his tries during an outage is of no more use.
        Signup.objects.quarantined().same_inbox(signup).delete()
        if not entry.is_confirmed:
            ask_for_confirmation(signup, now, first=created)
        elif Mail.objects.already_confirmed_allowed(signup, now):
            queue_mail(signup, MailKind.ALREADY_CONFIRMED)

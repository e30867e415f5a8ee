"""The CRM learns what has become of a party."""

import logging

from django.utils import timezone

from integrations import mms
from integrations.errors import PermanentError, TransientError
from waitlist.choices import CrmUpdateKind, CrmUpdateStatus, Failure
from waitlist.jobs import Job, enqueue
from waitlist.models import CrmUpdate, WaitlistEntry

logger = logging.getLogger(__name__)


def tell_crm(entry: WaitlistEntry, kind: CrmUpdateKind) -> None:
    """Write down what the CRM has to learn, and enqueue it."""
    enqueue_crm_update(CrmUpdate.objects.create(entry=entry, kind=kind))


def enqueue_crm_update(update: CrmUpdate) -> None:
    """The job that tells the CRM; those of one entry run in the order in which they came."""
    enqueue(Job.UPDATE_CRM, update.pk, one_at_a_time=f"crm:{update.entry_id}")


def update_crm(update_pk: int, *, last_attempt: bool) -> None:
    """Tell the CRM, for which twice is as good as once.

    Raises TransientError where trying again may help; ``last_attempt`` says that nobody will.
    """
    update = CrmUpdate.objects.select_related("entry").get(pk=update_pk)
    if update.status == CrmUpdateStatus.DONE:
        return
    try:
        _call(update)
    except PermanentError as error:
        update.record_failure(error.reason, final=True)
        logger.error("CRM update %s was refused for good: %s", update.pk, error)
    except TransientError as error:
        update.record_failure(error.reason, final=last_attempt)
        raise
    except Exception:
        update.record_failure(Failure.INTERNAL, final=last_attempt)
        raise
    else:
        update.record_done(timezone.now())


def _call(update: CrmUpdate) -> None:
    match update.kind:
        case CrmUpdateKind.PROSPECT:
            mms.update_party_status(update.entry.mms_party_id, "prospect")
        case CrmUpdateKind.CUSTOMER:
            mms.update_party_status(update.entry.mms_party_id, "customer")
        case CrmUpdateKind.UNSUBSCRIBE:
            if token := update.entry.unsubscribe_token():
                mms.unsubscribe(token)

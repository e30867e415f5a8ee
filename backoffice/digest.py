"""The founder's daily digest: yesterday in figures, and who has confirmed."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from backoffice.dashboard.numbers import Figures, figures
from backoffice.dashboard.period import Period
from backoffice.overview import with_person
from waitlist.choices import MailKind, Notices
from waitlist.jobs import Job, enqueue
from waitlist.models import Mail, Waitlist, WaitlistEntry

HOUR = 7  # from this hour on, of the project's time zone
LISTED = 100  # leads; more are in the admin


def send_due(now: dt.datetime) -> int:
    """Queue the digests of yesterday that are due at ``now``, one for each list; returns how many.

    A list on whose day nothing has happened gets none.
    """
    local = timezone.localtime(now)
    if local.hour < HOUR:
        return 0
    yesterday = local.date() - dt.timedelta(days=1)
    due = Waitlist.objects.filter(notices=Notices.DAILY).exclude(mails__digest_day=yesterday)
    return sum(_send(waitlist, yesterday) for waitlist in due)


def _send(waitlist: Waitlist, day: dt.date) -> bool:
    period = Period.of_day(day)
    counted = figures(Waitlist.objects.filter(pk=waitlist.pk), period)
    confirmed = _confirmed(waitlist, period)
    if not confirmed and not _is_eventful(counted):
        return False
    try:
        with transaction.atomic():
            mail = Mail.objects.create(
                waitlist=waitlist,
                kind=MailKind.FOUNDER_DIGEST,
                digest_day=day,
                digest=_compose(waitlist, day, counted, confirmed),
            )
            enqueue(Job.DELIVER_MAIL, mail.pk)
    except IntegrityError:  # another worker was faster
        return False
    return True


def _confirmed(waitlist: Waitlist, period: Period) -> list[WaitlistEntry]:
    of_day = WaitlistEntry.objects.filter(
        waitlist=waitlist, confirmed_at__gte=period.start, confirmed_at__lt=period.end
    )
    return list(with_person(of_day).order_by("confirmed_at"))


def _is_eventful(counted: Figures) -> bool:
    return any((counted.signups, counted.quarantined, counted.unsubscribed))


def _compose(waitlist: Waitlist, day: dt.date, counted: Figures, confirmed: list[WaitlistEntry]) -> dict[str, str]:
    def admin(name: str, *args: object) -> str:
        return settings.BASE_URL + reverse(f"admin:{name}", args=args)

    context = {
        "waitlist": waitlist,
        "day": day,
        "figures": counted,
        "confirmations": len(confirmed),
        "leads": [(entry, admin("waitlist_waitlistentry_change", entry.pk)) for entry in confirmed[:LISTED]],
        "more": max(len(confirmed) - LISTED, 0),
        "admin_url": admin("index") + f"?list={waitlist.slug}&period=own&from={day}&to={day}",
    }
    subject, text, html = (
        render_to_string(f"mails/founder_digest{suffix}", context) for suffix in (".subject.txt", ".txt", ".html")
    )
    return {"subject": " ".join(subject.split()), "text": text, "html": html}

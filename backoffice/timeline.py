"""What has happened to one lead, from what has been recorded, the latest first."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import prefetch_related_objects
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from backoffice.history import Change, changes
from backoffice.models import ExportedRange
from backoffice.steps import STEPS
from trail.models import Action, AuditEvent
from waitlist.choices import CrmUpdateStatus, MailKind, MailStatus
from waitlist.models import CrmUpdate, Mail, Signup, WaitlistEntry

# What hangs on an entry; loaded once, also for the rest of its page.
PARTS = ("signups__consent_text", "signups__mails", "crm_updates", "notes__author", "link_opening")


class Moment(NamedTuple):
    """One line of the timeline; ``icon`` is a name of Material Symbols, ``who`` is empty where nobody was recorded."""

    at: dt.datetime
    icon: str
    text: str
    detail: str = ""
    who: str = ""


def timeline(entry: WaitlistEntry, *, contacts: bool) -> list[Moment]:
    """All moments of ``entry``; without ``contacts`` e-mail, phone and message are masked in them."""
    prefetch_related_objects([entry], *PARTS)
    moments = [
        *_of_signups(entry),
        *_of_mails(entry),
        *_of_confirmation(entry),
        *_of_crm(entry),
        *_of_changes(entry, contacts=contacts),
        *_of_notes(entry),
        *_of_exports(entry),
        *_of_trail(entry),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _of_signups(entry: WaitlistEntry) -> Iterator[Moment]:
    signups: list[Signup] = list(entry.signups.all())
    for signup in signups:
        yield Moment(signup.created_at, "edit_document", _("Form sent"), signup.page_url or "", _("the visitor"))
        if signup.processed_at:
            yield Moment(signup.processed_at, "sync", _("Taken over into the CRM"))
    unsubscribed = [signup.unsubscribed_at for signup in signups if signup.unsubscribed_at]
    if unsubscribed:
        yield Moment(min(unsubscribed), "unsubscribe", _("Unsubscribed"))


def _of_mails(entry: WaitlistEntry) -> Iterator[Moment]:
    for signup in entry.signups.all():
        for mail in signup.mails.all():
            yield _of_mail(mail)


def _of_mail(mail: Mail) -> Moment:
    kind = mail.get_kind_display()
    if mail.sent_at and mail.kind == MailKind.CONFIRMATION_RENEWED:
        return Moment(mail.sent_at, "forward_to_inbox", _("Reminded: the confirmation was sent again"))
    if mail.sent_at:
        return Moment(mail.sent_at, "mail", _("Mail sent: %s") % kind)
    if mail.status == MailStatus.FAILED:
        return Moment(mail.created_at, "error", _("Mail failed: %s") % kind, mail.get_last_error_display())
    return Moment(mail.created_at, "schedule", _("Mail waits: %s") % kind, mail.get_status_display())


def _of_confirmation(entry: Any) -> Iterator[Moment]:
    opening = getattr(entry, "link_opening", None)
    if opening:
        yield Moment(opening.opened_at, "visibility", _("Link opened"), _("by the visitor or his mail server"))


def _of_crm(entry: WaitlistEntry) -> Iterator[Moment]:
    for update in entry.crm_updates.all():
        yield _of_crm_update(update)


def _of_crm_update(update: CrmUpdate) -> Moment:
    kind = update.get_kind_display()
    if update.done_at:
        return Moment(update.done_at, "sync", _("The CRM has learnt: %s") % kind)
    if update.status == CrmUpdateStatus.FAILED:
        error = update.get_last_error_display()
        return Moment(update.created_at, "sync_problem", _("The CRM refused: %s") % kind, error)
    return Moment(update.created_at, "schedule", _("The CRM is to learn: %s") % kind)


def _of_changes(entry: WaitlistEntry, *, contacts: bool) -> Iterator[Moment]:
    confirmation = None
    for change in changes(entry.pk, contacts=contacts):
        others = [field for field in change.fields if field.name != "confirmed_at"]
        if len(others) < len(change.fields):
            confirmation = change
        if others:
            detail = "; ".join(f"{field.label}: {field.old} → {field.new}" for field in others)
            yield Moment(change.at, "edit", _("Changed"), detail, change.who)
    yield from _of_confirming(entry, confirmation)


def _of_confirming(entry: WaitlistEntry, change: Change | None) -> Iterator[Moment]:
    """The confirmation that holds, by whom the last ``change`` of it was."""
    who = change.who if change else ""
    if entry.confirmed_at:
        yield Moment(entry.confirmed_at, "verified", _("Address confirmed"), who=who)
    elif change:
        yield Moment(change.at, "unpublished", _("Confirmation taken back"), who=who)


def _of_notes(entry: WaitlistEntry) -> Iterator[Moment]:
    for note in entry.notes.all():
        yield Moment(note.created_at, "sticky_note_2", _("Note"), Truncator(note.text).chars(80), str(note.author))


def _of_exports(entry: WaitlistEntry) -> Iterator[Moment]:
    ranges = ExportedRange.objects.filter(
        first_pk__lte=entry.pk, last_pk__gte=entry.pk, entry_pks__contains=[entry.pk]
    ).select_related("export__actor")
    for of_export in ranges:
        export = of_export.export
        yield Moment(export.created_at, "download", _("Exported"), export.reason, str(export.actor))


def _of_trail(entry: WaitlistEntry) -> Iterator[Moment]:
    """What staff have pressed; what came of it are moments of their own."""
    for event in AuditEvent.objects.about(entry).select_related("actor"):
        who = str(event.actor or event.actor_email)
        if event.action == Action.UNMASK:
            yield Moment(event.at, "visibility", _("Contact looked at"), who=who)
        elif step := STEPS.get(event.details.get("step", "")):
            detail = "" if event.details.get("worked") else _("It had no effect.")
            yield Moment(event.at, "touch_app", str(step.label), detail, who)

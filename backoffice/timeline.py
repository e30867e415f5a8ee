"""What has happened to one lead, from what has been recorded, the latest first."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from backoffice.history import changes
from backoffice.models import ExportedRange
from waitlist.choices import CrmUpdateStatus, MailStatus
from waitlist.models import CrmUpdate, LinkOpening, Mail, Signup, WaitlistEntry


class Moment(NamedTuple):
    """One line of the timeline; ``icon`` is a name of Material Symbols."""

    at: dt.datetime
    icon: str
    text: str
    detail: str = ""


def timeline(entry: WaitlistEntry, *, contacts: bool) -> list[Moment]:
    """All moments of ``entry``; without ``contacts`` e-mail, phone and message are masked in them."""
    moments = [
        *_of_signups(entry),
        *_of_mails(entry),
        *_of_crm(entry),
        *_of_changes(entry, contacts=contacts),
        *_of_notes(entry),
        *_of_exports(entry),
    ]
    opening = LinkOpening.objects.filter(entry=entry).first()
    if opening:
        moments.append(
            Moment(opening.opened_at, "visibility", _("Link opened"), _("by the visitor or his mail server"))
        )
    if entry.confirmed_at:
        moments.append(Moment(entry.confirmed_at, "verified", _("Address confirmed")))
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _of_signups(entry: WaitlistEntry) -> Iterator[Moment]:
    for signup in Signup.objects.filter(entry=entry):
        yield Moment(signup.created_at, "edit_document", _("Form sent"), signup.page_url or "")
        if signup.processed_at:
            yield Moment(signup.processed_at, "sync", _("Taken over into the CRM"))
    unsubscribed = Signup.objects.filter(entry=entry).exclude(unsubscribed_at=None).order_by("unsubscribed_at").first()
    if unsubscribed and unsubscribed.unsubscribed_at:
        yield Moment(unsubscribed.unsubscribed_at, "unsubscribe", _("Unsubscribed"))


def _of_mails(entry: WaitlistEntry) -> Iterator[Moment]:
    for mail in Mail.objects.filter(signup__entry=entry):
        kind = mail.get_kind_display()
        if mail.sent_at:
            yield Moment(mail.sent_at, "mail", _("Mail sent: %s") % kind)
        elif mail.status == MailStatus.FAILED:
            yield Moment(mail.created_at, "error", _("Mail failed: %s") % kind, mail.get_last_error_display())
        else:
            yield Moment(mail.created_at, "schedule", _("Mail waits: %s") % kind)


def _of_crm(entry: WaitlistEntry) -> Iterator[Moment]:
    for update in CrmUpdate.objects.filter(entry=entry):
        kind = update.get_kind_display()
        if update.done_at:
            yield Moment(update.done_at, "sync", _("The CRM has learnt: %s") % kind)
        elif update.status == CrmUpdateStatus.FAILED:
            yield Moment(
                update.created_at, "sync_problem", _("The CRM refused: %s") % kind, update.get_last_error_display()
            )
        else:
            yield Moment(update.created_at, "schedule", _("The CRM is to learn: %s") % kind)


def _of_changes(entry: WaitlistEntry, *, contacts: bool) -> Iterator[Moment]:
    for change in changes(entry.pk, contacts=contacts):
        fields = [field for field in change.fields if field.label != str(WaitlistEntry.confirmed_at.field.verbose_name)]
        if fields:
            detail = "; ".join(f"{field.label}: {field.old} → {field.new}" for field in fields)
            yield Moment(change.at, "edit", _("Changed by %s") % change.who, detail)


def _of_notes(entry: WaitlistEntry) -> Iterator[Moment]:
    for note in entry.notes.select_related("author"):
        yield Moment(note.created_at, "sticky_note_2", _("Note by %s") % note.author, note.text)


def _of_exports(entry: WaitlistEntry) -> Iterator[Moment]:
    ranges = ExportedRange.objects.filter(
        first_pk__lte=entry.pk, last_pk__gte=entry.pk, entry_pks__contains=[entry.pk]
    ).select_related("export__actor")
    for of_export in ranges:
        export = of_export.export
        yield Moment(export.created_at, "download", _("Exported by %s") % export.actor, export.reason)

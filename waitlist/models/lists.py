"""A list and the wording of consent that its form shows."""

from urllib.parse import urlsplit

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from waitlist.choices import Notices
from waitlist.database import retried


def validate_origin(value: str) -> None:
    """An origin as browsers send it: scheme, host and port, nothing behind (RFC 6454)."""
    RegexValidator(
        r"^https?://[a-z0-9.\-\[\]:]+$", _("An origin looks like https://kurzum.app, without a path and in lower case.")
    )(value)


def validate_webhook(value: str) -> None:
    """HTTPS, since a lead's company is in the message."""
    if urlsplit(value).scheme != "https" and not settings.DEBUG:
        raise ValidationError(_("The address must begin with https://."))


class WaitlistQuerySet(models.QuerySet["Waitlist"]):
    @retried
    def by_slug(self, slug: str) -> "Waitlist | None":
        """The list with this slug; None where there is none."""
        return self.filter(slug=slug).first()


class Waitlist(models.Model):
    """One product's list. Its slug is what MMS calls ``source_project``."""

    slug = models.SlugField(_("Slug"), max_length=100, unique=True, help_text=_("Known to the CRM as source_project."))
    name = models.CharField(_("Name"), max_length=200)
    origins = ArrayField(
        models.CharField(max_length=255, validators=[validate_origin]),
        verbose_name=_("Origins"),
        default=list,
        blank=True,
        help_text=_("Sites whose browsers may post the form, separated by commas: https://kurzum.app"),
    )
    founder_email = models.EmailField(_("Founder's e-mail"), help_text=_("Is told of confirmed leads."))
    notices = models.TextField(_("Mails about confirmed leads"), choices=Notices, default=Notices.EACH)
    webhook_url = models.URLField(
        _("Webhook"),
        max_length=500,
        blank=True,
        validators=[validate_webhook],
        help_text=_("Told of every confirmed lead in Slack's format, for example https://hooks.slack.com/services/..."),
    )
    imprint_url = models.URLField(_("Imprint"), blank=True, help_text=_("Linked at the foot of the pages."))
    privacy_url = models.URLField(_("Privacy notice"), blank=True, help_text=_("Linked at the foot of the pages."))
    is_open = models.BooleanField(_("Open"), default=True, help_text=_("A closed list takes no sign-ups."))
    refuse_disposable = models.BooleanField(
        _("Refuse throw-away addresses"), default=False, help_text=_("Otherwise they are only marked.")
    )
    hourly_limit = models.PositiveIntegerField(
        _("Confirmation mails an hour"),
        default=200,
        help_text=_("A flood of sign-ups beyond it is stored, but its mails are held back, and the founder is told."),
    )
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)

    objects = WaitlistQuerySet.as_manager()

    class Meta:
        db_table = "waitlists"
        ordering = ("slug",)
        verbose_name = _("List")
        verbose_name_plural = _("Lists")

    def __str__(self) -> str:
        return self.name

    def allows_origin(self, origin: str) -> bool:
        """Whether this list's form may be posted from the page origin ``origin``."""
        return origin in self.origins

    @retried
    def consent_text(self, version: str = "") -> "ConsentText | None":
        """The wording of ``version``, by default the newest; None where there is none."""
        texts = self.consent_texts.order_by("-pk")
        return (texts.filter(version=version) if version else texts).first()


class ConsentText(models.Model):
    """The wording that a visitor agrees to. It stays as it was once a sign-up refers to it (GDPR Art. 7)."""

    waitlist = models.ForeignKey(Waitlist, models.CASCADE, related_name="consent_texts", verbose_name=_("List"))
    version = models.CharField(_("Version"), max_length=50)
    text = models.TextField(_("Text"))
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)

    class Meta:
        db_table = "consent_texts"
        ordering = ("-pk",)
        verbose_name = _("Consent text")
        verbose_name_plural = _("Consent texts")
        constraints = (models.UniqueConstraint(fields=("waitlist", "version"), name="consent_texts_one_per_version"),)
        triggers = (
            # Deleting one in use is refused by the foreign key.
            pgtrigger.Trigger(
                name="keep_agreed_wording",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF EXISTS (SELECT 1 FROM waitlist_signups WHERE consent_text_id = OLD.id) THEN
                        RAISE EXCEPTION 'consent text % was agreed to and cannot change', OLD.id
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return self.version

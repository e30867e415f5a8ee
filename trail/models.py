"""The audit trail: who did what, when, from where, and whether it worked."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

KEPT_FOR = dt.timedelta(days=400)


class Action(models.TextChoices):
    """What was done, or tried."""

    LOGIN = "login", _("Login")
    LOGOUT = "logout", _("Logout")
    SECOND_FACTOR = "second_factor", _("Second factor changed")
    PASSWORD = "password", _("Password changed")
    SESSION_REVOKED = "session_revoked", _("Session ended")
    ACCOUNT = "account", _("Account changed")
    ROLE = "role", _("Role or lists changed")
    EXPORT = "export", _("Export")
    UNMASK = "unmask", _("Contact shown")
    CRM_RETRY = "crm_retry", _("CRM tried again")
    LEAD = "lead", _("Lead changed")
    PRUNED = "pruned", _("Old records removed")


class Result(models.TextChoices):
    """How it went."""

    SUCCESS = "success", _("Success")
    FAILURE = "failure", _("Failure")
    UNAUTHORIZED = "unauthorized", _("Not allowed")
    RATE_LIMITED = "rate_limited", _("Too many tries")


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def expired(self) -> "AuditEventQuerySet":
        """Those that have been kept long enough, by the database's clock, as its trigger sees it."""
        return self.filter(at__lt=Now() - KEPT_FOR)

    def about(self, target: models.Model) -> "AuditEventQuerySet":
        """Those of what was done to ``target``."""
        return self.filter(target_model=target._meta.label_lower, target_pk=str(target.pk))


class AuditEvent(models.Model):
    """One line of the trail. Triggers refuse to change it, and to delete it before its time (migration 0002).

    They are plain ones, since those of django-pgtrigger can be told by a setting of the session to look away.
    """

    at = models.DateTimeField(_("When"), db_default=Now(), editable=False)
    action = models.TextField(_("What"), choices=Action)
    result = models.TextField(_("Result"), choices=Result, default=Result.SUCCESS)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="audit_events", verbose_name=_("Who")
    )
    # As it was then; for a failed login what was typed, where it looks like an address.
    actor_email = models.TextField(_("E-mail"), blank=True)
    ip_address = models.GenericIPAddressField(_("From where"), null=True)
    user_agent = models.TextField(_("User agent"), blank=True)
    # What it was done to, such as "waitlist.waitlistentry" and its key; empty where there is no such thing.
    target_model = models.TextField(_("Kind"), blank=True)
    target_pk = models.TextField(_("Key"), blank=True)
    # Only those who see all lists see what belongs to none.
    waitlist = models.ForeignKey(
        "waitlist.Waitlist", models.PROTECT, null=True, related_name="audit_events", verbose_name=_("List")
    )
    details = models.JSONField(_("Details"), default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        db_table = "audit_events"
        ordering = ("-pk",)
        verbose_name = _("Audit event")
        verbose_name_plural = _("Audit trail")
        constraints = (
            models.CheckConstraint(condition=Q(action__in=Action.values), name="audit_events_action"),
            models.CheckConstraint(condition=Q(result__in=Result.values), name="audit_events_result"),
        )
        indexes = (
            # What the back office sorts by, with the key, since a page begins after a row.
            models.Index(fields=("at", "id"), name="audit_events_at"),
            models.Index(fields=("target_pk", "target_model"), name="audit_events_target"),
        )
        permissions = (("export_auditevent", _("Can export the audit trail")),)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.get_action_display()

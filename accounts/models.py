"""Staff: who may log in, with which role, and for which lists."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.sessions import Session as Session  # noqa: PLC0414 - Django finds an app's models here
from waitlist.models import Waitlist


class UserManager(BaseUserManager["User"]):
    """Accounts are made by other staff or by ``manage.py``; nobody signs up."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """By e-mail, without regard to case."""
        return self.get(email__iexact=username)

    def who_may_log_in(self) -> models.QuerySet["User"]:
        """Active staff."""
        return self.filter(is_active=True, is_staff=True)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Staff, unless said otherwise. Without a password nobody can log in with one."""
        user = self.model(email=self.normalize_email(email), **{"is_staff": True} | fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Staff with every permission and every list."""
        return self.create_user(email, password, **{"is_superuser": True, "sees_all_lists": True} | fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person of the staff, who logs in by e-mail."""

    # ``unique`` is what Django's checks look for; the constraint below is stricter.
    email = models.EmailField(_("E-mail"), max_length=254, unique=True)
    name = models.CharField(_("Name"), max_length=150, blank=True)
    organisation = models.CharField(_("Organisation"), max_length=200, blank=True)
    # The subject that single sign-on knows this person by; unset until the first such login.
    external_id = models.CharField(_("External id"), max_length=255, null=True, blank=True, unique=True, editable=False)
    is_staff = models.BooleanField(_("Staff"), default=True, help_text=_("May log in to the back office."))
    is_active = models.BooleanField(_("Active"), default=True, help_text=_("Deactivate instead of deleting."))
    # Two fields, so that a person whose last list is taken away sees none rather than all of them.
    sees_all_lists = models.BooleanField(_("Sees all lists"), default=False)
    waitlists = models.ManyToManyField(Waitlist, related_name="staff", blank=True, verbose_name=_("Lists"))
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        db_table = "accounts"
        ordering = ("email",)
        verbose_name = _("Account")
        verbose_name_plural = _("Accounts")
        constraints = (
            models.UniqueConstraint(
                Lower("email"), name="accounts_one_per_email", violation_error_message=_("This e-mail is taken.")
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """What the back office's menu calls this person."""
        return self.name

    @property
    def role(self) -> Group | None:
        """The one group that says what this person may do."""
        return next(iter(self.groups.all()), None)  # also where the groups are prefetched

    def visible_waitlists(self) -> models.QuerySet[Waitlist]:
        """The lists that exist for this person."""
        return Waitlist.objects.all() if self.sees_all_lists else self.waitlists.all()

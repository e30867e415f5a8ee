"""The back office: Django's admin in django-unfold's dress."""

from backoffice.admin.entries import WaitlistEntryAdmin
from backoffice.admin.exports import ExportAdmin
from backoffice.admin.jobs import JobAdmin
from backoffice.admin.lists import WaitlistAdmin
from backoffice.admin.signups import SignupAdmin

__all__ = ["ExportAdmin", "JobAdmin", "SignupAdmin", "WaitlistAdmin", "WaitlistEntryAdmin"]

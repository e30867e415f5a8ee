"""The back office, in plain Django admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from waitlist.admin.entries import WaitlistEntryAdmin
from waitlist.admin.lists import WaitlistAdmin
from waitlist.admin.signups import SignupAdmin

__all__ = ["SignupAdmin", "WaitlistAdmin", "WaitlistEntryAdmin"]

admin.site.site_header = admin.site.site_title = _("Waitlist administration")
admin.site.index_title = _("Overview")
# The lists need the width.
admin.site.enable_nav_sidebar = False

"""django-unfold's settings: the back office's look, and its menu."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _item(title: Any, icon: str, page: str, permission: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{page}"), "permission": _may(permission)}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Waitlist administration"),
    "SITE_HEADER": _("Waitlist"),
    "SITE_SYMBOL": "how_to_reg",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("waitlist/favicon.svg")},
    ],
    "DASHBOARD_CALLBACK": "backoffice.dashboard.view.dashboard",
    "STYLES": [lambda _request: static("backoffice/backoffice.css")],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ACCOUNT": {"navigation": [{"title": _("My account"), "link": reverse_lazy("accounts_profile")}]},
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Leads"),
                "items": [
                    {"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
                    _item(_("Entries"), "group", "waitlist_waitlistentry_changelist", "waitlist.view_waitlistentry"),
                    _item(_("Sign-ups"), "inbox", "waitlist_signup_changelist", "waitlist.view_signup"),
                    _item(_("Lists"), "list_alt", "waitlist_waitlist_changelist", "waitlist.view_waitlist"),
                    _item(_("Exports"), "download", "backoffice_export_changelist", "waitlist.export_waitlistentry"),
                ],
            },
            {
                "title": _("Team"),
                "items": [
                    _item(_("Accounts"), "badge", "accounts_user_changelist", "accounts.view_user"),
                    _item(_("Audit trail"), "policy", "trail_auditevent_changelist", "trail.view_auditevent"),
                ],
            },
        ],
    },
}

# What the theme's own templates say on our pages: it comes without a German catalogue, so the words are in ours.
TEXTS = (
    gettext_noop("Apply Filters"),
    gettext_noop("Click to cancel"),
    gettext_noop("Date from"),
    gettext_noop("Date to"),
    gettext_noop("Expand row"),
    gettext_noop("False"),
    gettext_noop("Filters"),
    gettext_noop("General"),
    gettext_noop("Go back"),
    gettext_noop("More actions"),
    gettext_noop("No data"),
    gettext_noop("No results found"),
    gettext_noop("Record picture"),
    gettext_noop("Reset filters"),
    gettext_noop("Run"),
    gettext_noop("Select action"),
    gettext_noop("Select action to run"),
    gettext_noop("Select all rows"),
    gettext_noop("Select record"),
    gettext_noop("Select value"),
    gettext_noop("Submit"),
    gettext_noop("This item will be deleted."),
    gettext_noop("This page yielded into no results. Create a new item or reset your filters."),
    gettext_noop("Toggle password visibility"),
    gettext_noop("True"),
    gettext_noop("Type to search"),
    gettext_noop("Value"),
)

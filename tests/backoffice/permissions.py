"""What each role gets at every address and of every action of the back office: the product's promise, as a table."""

from typing import NamedTuple

# The columns: founder, editor and viewer of the list; founder of another list; somebody who is not logged in.
PERSONS = ("founder", "editor", "viewer", "founder of another list", "nobody")

# Statuses in the order of PERSONS. Who is not logged in is sent to the login.
OPEN = "200 200 200 200 302"  # one's own, or the same for all
PUBLIC = "200 200 200 200 200"
MOVED = "302 302 302 302 302"
POST_ONLY = "405 405 405 405 302"
ABSENT = "404 404 404 404 302"
NOBODYS = "403 403 403 403 302"
FOUNDERS = "200 403 403 200 302"  # a page over what one sees, or to begin something of one's own
# Of one thing of the list: for the founder of another list it does not exist.
LEADS = "200 200 200 404 302"
FOUNDERS_ONE = "200 403 403 404 302"
UNCHANGEABLE = "403 403 403 404 302"
ALL_LISTS = "200 403 403 403 302"  # what no list limits


class Row(NamedTuple):
    """The statuses of GET and of an empty POST."""

    get: str
    post: str


def same(statuses: str) -> Row:
    return Row(statuses, statuses)


# By route below the admin's path.
ADDRESSES = {
    "": same(OPEN),
    "(?P<url>.*)$": same(ABSENT),
    "^(?P<app_label>waitlist|backoffice|procrastinate|accounts|trail)/$": same(OPEN),
    "autocomplete/": Row(NOBODYS, POST_ONLY),
    "figures/<slug:name>.csv": same(OPEN),
    "jsi18n/": Row(OPEN, POST_ONLY),
    "search/": same(OPEN),  # the theme's, over names of pages
    "r/<path:content_type_id>/<path:object_id>/": same("404 404 404 404 404"),
    # Login and one's own account
    "login/": same("302 302 302 302 200"),
    "logout/": Row(OPEN, MOVED),
    "password_change/": same(MOVED),  # to a first password: those who ask here have none
    "password_change/done/": Row(OPEN, POST_ONLY),
    "account/": Row(OPEN, "405 405 405 405 405"),
    "account/enrol/": Row(OPEN, "405 405 405 405 405"),
    "account/inactive/": Row(PUBLIC, "405 405 405 405 405"),
    "account/reauthenticate/": same(NOBODYS),  # nor a second factor to show
    "account/password/set/": same(OPEN),
    "account/password/reset/": same(PUBLIC),
    "account/password/reset/done/": Row(PUBLIC, "405 405 405 405 405"),
    "^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$": same(PUBLIC),
    "account/password/reset/key/done/": Row(PUBLIC, "405 405 405 405 405"),
    "account/sessions/end/": Row("405 405 405 405 405", MOVED),
    "account/sessions/<slug:handle>/end/": Row("405 405 405 405 405", ABSENT),
    "account/2fa/": same(MOVED),
    "account/2fa/reauthenticate/": same(NOBODYS),
    "account/2fa/app/activate/": same(OPEN),
    "account/2fa/app/deactivate/": same(ABSENT),
    "account/2fa/codes/": Row(ABSENT, POST_ONLY),
    "account/2fa/codes/generate/": same(OPEN),
    "account/2fa/codes/download/": same(ABSENT),
    "account/2fa/passkeys/login/": same(MOVED),
    "account/2fa/passkeys/add/": same(OPEN),
    "account/2fa/passkeys/reauthenticate/": same(NOBODYS),
    "account/2fa/passkeys/<int:pk>/edit/": same(ABSENT),
    "account/2fa/passkeys/<int:pk>/remove/": same(ABSENT),
    "account/sso/": same("404 404 404 404 404"),  # until a provider is set
    "account/sso/callback/": same("404 404 404 404 404"),
    # Leads
    "waitlist/waitlistentry/": same(OPEN),
    "waitlist/waitlistentry/add/": same(NOBODYS),
    "waitlist/waitlistentry/<path:object_id>/": same(MOVED),
    "waitlist/waitlistentry/<path:object_id>/change/": Row(LEADS, "200 200 403 404 302"),
    "waitlist/waitlistentry/<path:object_id>/delete/": same(FOUNDERS_ONE),
    "waitlist/waitlistentry/<path:object_id>/history/": same(LEADS),
    "waitlist/waitlistentry/<int:pk>/contact/": Row(POST_ONLY, "302 302 302 404 302"),
    "waitlist/waitlistentry/<int:pk>/note/": Row(POST_ONLY, "302 302 403 404 302"),
    "waitlist/waitlistentry/<int:pk>/step/<slug:name>/": Row(POST_ONLY, "302 302 403 404 302"),
    "waitlist/waitlistentry/views/save/": Row(POST_ONLY, MOVED),
    "waitlist/waitlistentry/views/<int:pk>/delete/": Row(POST_ONLY, ABSENT),  # somebody else's
    "waitlist/signup/": same(OPEN),
    "waitlist/signup/add/": same(NOBODYS),
    "waitlist/signup/<path:object_id>/": same(MOVED),
    "waitlist/signup/<path:object_id>/change/": Row(LEADS, UNCHANGEABLE),
    "waitlist/signup/<path:object_id>/delete/": same(FOUNDERS_ONE),
    "waitlist/signup/<path:object_id>/history/": same(LEADS),
    "waitlist/signup/<uuid:pk>/retry/": Row(POST_ONLY, "302 302 403 404 302"),
    "waitlist/waitlist/": same(FOUNDERS),
    "waitlist/waitlist/add/": same(ALL_LISTS),
    "waitlist/waitlist/<path:object_id>/": same(MOVED),
    "waitlist/waitlist/<path:object_id>/change/": same(FOUNDERS_ONE),
    "waitlist/waitlist/<path:object_id>/delete/": same(UNCHANGEABLE),
    "waitlist/waitlist/<path:object_id>/history/": same(FOUNDERS_ONE),
    # Exports
    "backoffice/export/": same(FOUNDERS),
    "backoffice/export/add/": same(NOBODYS),
    "backoffice/export/start/": same(FOUNDERS),
    "backoffice/export/<path:object_id>/": same(MOVED),
    "backoffice/export/<path:object_id>/change/": Row("200 404 404 404 302", "403 404 404 404 302"),
    "backoffice/export/<path:object_id>/delete/": same("403 404 404 404 302"),
    "backoffice/export/<path:object_id>/history/": same("200 404 404 404 302"),
    "backoffice/export/<uuid:pk>/progress/": same("200 404 404 404 302"),
    "backoffice/export/<uuid:pk>/file/": same(UNCHANGEABLE),  # somebody else's
    # Staff and trail
    "accounts/user/": same(FOUNDERS),
    "accounts/user/add/": same(FOUNDERS),
    "accounts/user/<path:object_id>/": same(MOVED),
    "accounts/user/<path:object_id>/change/": same(FOUNDERS_ONE),
    "accounts/user/<path:object_id>/delete/": same(UNCHANGEABLE),
    "accounts/user/<path:object_id>/history/": same(FOUNDERS_ONE),
    "trail/auditevent/": same(FOUNDERS),
    "trail/auditevent/add/": same(NOBODYS),
    "trail/auditevent/export/": Row(POST_ONLY, FOUNDERS),
    "trail/auditevent/<path:object_id>/": same(MOVED),
    "trail/auditevent/<path:object_id>/change/": Row(FOUNDERS_ONE, UNCHANGEABLE),
    "trail/auditevent/<path:object_id>/delete/": same(UNCHANGEABLE),
    "trail/auditevent/<path:object_id>/history/": same(FOUNDERS_ONE),
    # Jobs
    "procrastinate/procrastinatejob/": same(ALL_LISTS),
    "procrastinate/procrastinatejob/add/": same(NOBODYS),
    "procrastinate/procrastinatejob/<path:object_id>/": same(MOVED),
    "procrastinate/procrastinatejob/<path:object_id>/change/": Row(ALL_LISTS, NOBODYS),
    "procrastinate/procrastinatejob/<path:object_id>/delete/": same(NOBODYS),
    "procrastinate/procrastinatejob/<path:object_id>/history/": same(ALL_LISTS),
}
# By model and name of each action of a list: for whom, of PERSONS, it does what it says with something of the list.
ACTIONS = {
    ("waitlist.waitlistentry", "delete_selected"): {"founder"},
    ("waitlist.waitlistentry", "export_selected"): {"founder"},
    ("waitlist.signup", "delete_selected"): {"founder"},
    ("waitlist.signup", "try_again"): {"founder", "editor"},
    ("waitlist.signup", "release"): {"founder", "editor"},
    ("waitlist.signup", "discard"): {"founder"},
    ("procrastinate.procrastinatejob", "retry"): {"founder"},
}

"""The web process's entry point. A wrong configuration stops it here, before the first request."""

import os
from io import StringIO

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from waitlist.database import wait_for_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
call_command("check", fail_level="ERROR", stdout=StringIO())
wait_for_database(patience=60)

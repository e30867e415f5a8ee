"""Settings of a site that, like production's, lets nobody in without a second factor.

Otherwise they are a developer's: production's own want HTTPS.
"""

from config.settings import *  # noqa: F403

SECOND_FACTOR_REQUIRED = True
# Django's own takes a third of a second on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

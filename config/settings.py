"""Settings: one module, every value from the environment (``.env.example`` lists them all)."""

import secrets
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import environ
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.environment import Environment, admin_path
from config.theme import UNFOLD as UNFOLD  # noqa: PLC0414 - a setting of its own module
from config.tracing import log_job

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

# ENV_FILE names another file; what the process was started with wins over either.
environ.Env.read_env(environ.Env().str("ENV_FILE", default=str(BASE_DIR / ".env")))
env = Environment()
DEBUG = env.debug

# Core
# The random fallback keeps Django importable, so that the check can report the missing variable.
SECRET_KEY = env.text("SECRET_KEY", local="only-for-development", hint="Fifty random characters or more.") or (
    secrets.token_urlsafe(64)
)
BASE_URL = env.url(
    "BASE_URL",
    schemes=("https", "http"),
    local="http://127.0.0.1:8000",
    hint="The address under which visitors reach this project; the links in mails begin with it.",
)
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS",
    local=["127.0.0.1", "localhost", "[::1]"],
    hint="Host names this project answers to, separated by commas.",
)
# Proxies in front of this project that each append one entry to X-Forwarded-For.
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", default=0)
ADMIN_PATH = env.parsed(
    "ADMIN_PATH",
    admin_path,
    fallback="admin/",
    default="admin/",
    hint="One or more words of letters, digits, - and _ with slashes between them, for example: buero/liste.",
)
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # Before Django's admin, whose templates it replaces.
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "corsheaders",
    "csp",
    "django_ratelimit",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "anymail",
    "config",
    "integrations",
    "waitlist",
    "accounts",
    "trail",
    "backoffice",
]
MIDDLEWARE = [
    # The log line and the headers are every answer's: static files', refusals' and errors' too.
    "config.tracing.RequestLogMiddleware",
    "config.headers.HeadersMiddleware",
    "config.headers.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Above all that may refuse a request, so that API clients get every error as the envelope.
    "waitlist.envelope.ApiEnvelopeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionAgeMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "backoffice.history.HistoryMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# PostgreSQL and Redis


def _database(url: str) -> dict[str, Any]:
    database: dict[str, Any] = dict(dj_database_url.parse(url, conn_health_checks=True))
    if database.get("ENGINE") != "django.db.backends.postgresql" or not database.get("NAME"):
        raise ValueError("expected postgres://user:password@host:port/name")
    options = database.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 2)
    # A visitor waits for a connection no longer than for everything else together. A pool that has given up soon
    # connects anew for the next request; by default its pauses double for five minutes.
    options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 2, "reconnect_timeout": 2}
    if DATABASE_POOLER:
        # A pooler hands each transaction another session: cursors must not outlive one, and it refuses options.
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        milliseconds = DATABASE_STATEMENT_TIMEOUT * 1000
        options.setdefault(
            "options",
            f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds // 2}"
            f" -c idle_in_transaction_session_timeout={2 * milliseconds}",
        )
    return database


DATABASE_POOLER = env.boolean("DATABASE_POOLER", default=False)
# Seconds; 0 for none, as a migration of a large table may need.
DATABASE_STATEMENT_TIMEOUT = env.integer("DATABASE_STATEMENT_TIMEOUT", default=8)
DATABASE_POOL_SIZE = env.integer("DATABASE_POOL_SIZE", default=10, minimum=1)
DATABASES = {
    "default": env.parsed(
        "DATABASE_URL",
        _database,
        fallback={"ENGINE": "django.db.backends.postgresql", "NAME": "unconfigured"},
        hint="postgres://user:password@host:5432/name, with ?sslmode=require where the server is elsewhere.",
    )
}
REDIS_URL = env.url(
    "REDIS_URL", schemes=("redis", "rediss"), hint="redis://host:6379/0, or rediss:// for TLS; Valkey is fine."
)
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            "CONNECTION_POOL_CLASS": "config.redis.GuardedPool",
            "CONNECTION_POOL_KWARGS": {
                # A hung Redis must cost a visitor half a second, not the library's default of five and three more
                # tries; a connection that a restart of Redis has left dead in the pool is noticed before its use.
                "socket_timeout": 0.5,
                "socket_connect_timeout": 0.5,
                "retry": Retry(NoBackoff(), retries=0),
            },
            # Redis away: a miss and a line in the log.
            "IGNORE_EXCEPTIONS": True,
            "LOG_IGNORED_EXCEPTIONS": True,
        },
    }
}
# ... and django-ratelimit, which guards pages and login, lets people pass.
RATELIMIT_FAIL_OPEN = True

# Services outside; under DEBUG they are the sandbox of `make run`.
MMS_BASE_URL = env.url(
    "MMS_BASE_URL", schemes=("https", "http"), default="https://api.masem.at/v1", local="http://127.0.0.1:8001/v1"
)
MMS_API_KEY = env.text("MMS_API_KEY", local="sandbox", hint="The key that the CRM expects in x-api-key.")
TURNSTILE_VERIFY_URL = env.url(
    "TURNSTILE_VERIFY_URL",
    schemes=("https", "http"),
    default="https://challenges.cloudflare.com/turnstile/v0/siteverify",
    local="http://127.0.0.1:8001/turnstile/v0/siteverify",
)
TURNSTILE_SCRIPT_URL = env.url(
    "TURNSTILE_SCRIPT_URL",
    schemes=("https", "http"),
    default="https://challenges.cloudflare.com/turnstile/v0/api.js",
    local="http://127.0.0.1:8001/turnstile/v0/api.js",
)
TURNSTILE_SITE_KEY = env.text(
    "TURNSTILE_SITE_KEY", local="sandbox", hint="Shown in the widget's settings at Cloudflare."
)
TURNSTILE_SECRET_KEY = env.text(
    "TURNSTILE_SECRET_KEY", local="sandbox", hint="Shown in the widget's settings at Cloudflare."
)
# Where set, a token solved on another site or for another form is not accepted.
TURNSTILE_HOSTNAME = env.text("TURNSTILE_HOSTNAME", default="")
TURNSTILE_ACTION = env.text("TURNSTILE_ACTION", default="")

# Mail: any SMTP server, or a provider's backend from django-anymail with its settings.
vars().update(
    env.parsed(
        "EMAIL_URL",
        environ.Env.email_url_config,
        fallback={},
        local="smtp://127.0.0.1:8002",
        hint="smtp+tls://user:password@host:587; with a provider's EMAIL_BACKEND any smtp:// URL will do.",
    )
)
if backend := env.text("EMAIL_BACKEND", default=""):
    EMAIL_BACKEND = backend
ANYMAIL = env.json("ANYMAIL", default={}, hint='For example {"RESEND_API_KEY": "re_..."}.')
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL",
    local="Mario von kurzum <mario@kurzum.example>",
    hint="A person and an address, for example: Mario von kurzum <mario@kurzum.app>.",
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# The waitlist
DEFAULT_WAITLIST = env.text("DEFAULT_WAITLIST", default="kurzum_app")
CONFIRMATION_DAYS = env.integer("CONFIRMATION_DAYS", default=30)
# What `manage.py bootstrap` gives the default list when it creates it.
WAITLIST_NAME = env.text("WAITLIST_NAME", default="kurzum")
WAITLIST_ORIGINS = env.words("WAITLIST_ORIGINS", default=[], local=["http://localhost:3000"])
FOUNDER_EMAIL = env.text("FOUNDER_EMAIL", local="mario@kurzum.example", hint="Where the founder is told of new leads.")
# Unset, /metrics does not exist.
METRICS_TOKEN = env.text("METRICS_TOKEN", default="")
# A folder in which the web processes of one machine share their counters; prometheus_client reads it too.
PROMETHEUS_MULTIPROC_DIR = env.text("PROMETHEUS_MULTIPROC_DIR", default="")

# Language
LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "Europe/Vienna"
USE_TZ = True
# What the theme's date filters understand, whatever the language.
DATE_INPUT_FORMATS = ["%d.%m.%Y", "%Y-%m-%d"]

# Static files
STATIC_URL = "static/"
# Under DEBUG files come straight from their folders, looked for as they are asked for: nothing is collected first.
STATIC_ROOT = None if DEBUG else BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Security
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = ["accounts.backends.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name", "organisation")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEBUG
CSRF_COOKIE_HTTPONLY = True
if not DEBUG:
    # Browsers let no other host, such as a neighbour on the same domain, set a cookie of this prefix.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
DEVICE_COOKIE_NAME = "device" if DEBUG else "__Host-device"
SESSION_ENGINE = "accounts.sessions"
SESSION_IDLE_SECONDS = SESSION_COOKIE_AGE = 60 * env.integer("SESSION_IDLE_MINUTES", default=60, minimum=5)
SESSION_LONGEST_SECONDS = 3600 * env.integer("SESSION_HOURS", default=12, minimum=1)
# Not in a cookie: the admin's messages name people.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
# Tokens stand in addresses; the admin has a policy of its own (``config.headers``).
SECURE_REFERRER_POLICY = "no-referrer"
# Platforms probe the health page over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health$"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
_turnstile_origin = "{0.scheme}://{0.netloc}".format(urlsplit(TURNSTILE_SCRIPT_URL))
# The admin's differs (``config.headers``).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", _turnstile_origin],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-src": [_turnstile_origin],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
# The origins themselves are data of each list (``waitlist.origins``).
CORS_URLS_REGEX = r"^/api/waitlist"
CORS_ALLOW_METHODS = ["POST"]
CORS_ALLOW_HEADERS = ["content-type"]
CORS_EXPOSE_HEADERS = ["retry-after"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20

# Login (``accounts``). Limits are ours (``accounts.limits``), since allauth's let nobody in while Redis is away.
SECOND_FACTOR_REQUIRED = not DEBUG
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # what a check of allauth's asks for; nobody signs up
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_SESSION_REMEMBER = True  # for as long as ``accounts.sessions`` says
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "user_token": "accounts.forms.UserTokenForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.second_factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.second_factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.second_factor_forms.ActivateTOTPForm",
    "deactivate_totp": "accounts.second_factor_forms.DeactivateTOTPForm",
    "generate_recovery_codes": "accounts.second_factor_forms.GenerateRecoveryCodesForm",
    "add_webauthn": "accounts.second_factor_forms.AddWebAuthnForm",
    "edit_webauthn": "accounts.second_factor_forms.EditWebAuthnForm",
    "authenticate_webauthn": "accounts.second_factor_forms.AuthenticateWebAuthnForm",
    "login_webauthn": "accounts.second_factor_forms.LoginWebAuthnForm",
    "reauthenticate_webauthn": "accounts.second_factor_forms.ReauthenticateWebAuthnForm",
}
SOCIALACCOUNT_ADAPTER = "accounts.sso.SingleSignOnAdapter"
# Whoever could change its answers on the way could log in as anybody.
OIDC_SERVER_URL = env.url(
    "OIDC_SERVER_URL",
    schemes=("https", "http") if DEBUG else ("https",),
    default="",
    hint="The provider's issuer, such as https://login.example.com/realms/us; unset, there is no single sign-on.",
)
_oidc_hint = "Needed with OIDC_SERVER_URL; the provider tells it where this project is registered there."
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID", default=None if OIDC_SERVER_URL else "", hint=_oidc_hint)
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET", default=None if OIDC_SERVER_URL else "", hint=_oidc_hint)
OIDC_NAME = env.text("OIDC_NAME", default="Single Sign-on")

# Logs: English, one line each, no personal data
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "config.logs.readable_lines" if DEBUG else "config.logs.json_lines"}},
    "filters": {"exceptions": {"()": "config.logs.ExceptionsOnly"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Each request and each job has lines of ``config.tracing``.
        "django.request": {"level": "ERROR", "filters": ["exceptions"]},
        "procrastinate": {"level": "WARNING"},
    },
}
PROCRASTINATE_WORKER_DEFAULTS = {"worker_middleware": [log_job]}

ENVIRONMENT_PROBLEMS = env.problems

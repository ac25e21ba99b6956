"""Every setting of the portal, in Django's own chapters; the environment decides, `.env.example` lists what it may say."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from inno4sports.keys import kept_secret, signing_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Where and how we run -------------------------------------------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
PRODUCTION = SITE_URL.startswith("https://")
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=not PRODUCTION)
# For measurements: "parts" makes every page anew from parts that are kept (cards, filters), "off" keeps nothing.
PAGE_CACHE = env.str("PAGE_CACHE", default="on")
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")

# How many rows a list page shows, and what a form may hold.
PAGE_SIZE = 20
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
SECRET_KEY = env.str("SECRET_KEY", default="")
if PRODUCTION:
    if len(SECRET_KEY) < 40 or SECRET_KEY.startswith(("change", "django-insecure")):
        raise ImproperlyConfigured("SECRET_KEY: a production portal (SITE_URL with https) needs its own key of 40 characters or more.")
    if DEMO:
        raise ImproperlyConfigured("DEMO: demo mode signs anybody in, so a production portal (SITE_URL with https) refuses it.")
    if PAGE_CACHE != "on":
        raise ImproperlyConfigured(f"PAGE_CACHE={PAGE_CACHE} is for measurements, so a production portal (SITE_URL with https) refuses it.")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG shows the inside of errors, so a production portal (SITE_URL with https) refuses it.")
SECRET_KEY = SECRET_KEY or kept_secret(DATA_DIR, "secret_key")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname, "localhost", "127.0.0.1"])
# How many proxies of ours stand before the web server: throttles ask for the visitor's address, which the outermost one saw.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
CSRF_TRUSTED_ORIGINS = [SITE_URL] if PRODUCTION else []

# What it is made of ---------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "csp",
    "django_htmx",
    "rules",
    "rest_framework",
    "drf_spectacular",
    "inno4sports.core",
    "clusters",
    "learning",
    "actionplans",
    "dissemination",
    "inno4sports",
]

MIDDLEWARE = [
    "inno4sports.core.counters.count_requests",
    "inno4sports.core.middleware.client_address",
    "inno4sports.core.middleware.any_address",
    "inno4sports.core.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "inno4sports.core.middleware.more_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "inno4sports.core.pages.kept_pages",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "inno4sports.core.middleware.own_zone",
    "inno4sports.core.middleware.private_pages",
    "inno4sports.core.middleware.named_errors",
]

ROOT_URLCONF = "inno4sports.urls"
WSGI_APPLICATION = "inno4sports.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # An operator's own templates (a region's logo, another imprint) come first.
        "DIRS": [*map(Path, env.list("EXTRA_TEMPLATES", default=[])), BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "inno4sports.core.http.page_context",
            ],
            "builtins": [f"inno4sports.core.templatetags.{name}" for name in ("portal", "frame", "kept")],
        },
    }
]
# Django 6 does so by default; the setting goes with it.
FORMS_URLFIELD_ASSUME_HTTPS = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Where things are kept ------------------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default="")
if DATABASE_URL:
    DATABASES = {"default": {**env.db_url_config(DATABASE_URL), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
    # Compiling a query takes longer than any of ours. What is said here hides PGOPTIONS, by which the migration gets its lock_timeout.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", f"-c jit=off {os.environ.get('PGOPTIONS', '')}".strip())
else:
    DATABASES = {
        "default": {
            "ENGINE": "inno4sports.core.sqlite",
            "NAME": DATA_DIR / "portal.sqlite3",
            "OPTIONS": {
                # Writers queue instead of failing; readers never wait (docs/adr/0003).
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;",
            },
        }
    }

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "inno4sports.core.cache.ForgivingCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA_DIR / "cache"}}

MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    # No two uploads have the same name: what is written again is restored.
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"allow_overwrite": True}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Or they lie in a bucket (docs/adr/0027).
if S3_BUCKET := env.str("S3_BUCKET", default=""):
    s3 = {"bucket_name": S3_BUCKET, "access_key": env.str("S3_ACCESS_KEY"), "secret_key": env.str("S3_SECRET_KEY")}
    s3 |= {"endpoint_url": env.str("S3_ENDPOINT", default="") or None, "region_name": env.str("S3_REGION", default="us-east-1")}
    STORAGES["default"] = {"BACKEND": "inno4sports.core.bucket.Bucket", "OPTIONS": s3}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))

# Mail: always through the outbox table; EMAIL_URL says how the worker delivers it ------------------------------------------

EMAIL_BACKEND = "inno4sports.core.outbox.OutboxBackend"
EMAIL_URL = env.str("EMAIL_URL", default="")
MAIL_DIR = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Inno4Sports <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 30
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", default=120)
MAIL_GIVEN_UP_AFTER = 12

# Background -----------------------------------------------------------------------------------------------------------

BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = (
    {"socket_timeout": 5, "socket_connect_timeout": 2, "socket_keepalive": True}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# What hangs is killed with its process; leases give the work to another one.
CELERY_TASK_TIME_LIMIT = 600
CELERY_BEAT_SCHEDULER = "inno4sports.core.beat:OneBeat"
# task: (a tick every so many seconds, its slot). The database holds what is to be done, a tick only wakes those who do
# it, and begins each slot once, however many beats there are (docs/adr/0002, 0020).
TIMETABLE = {
    "core.deliver_outbox": (20, 20),
    "core.run_jobs": (30, 30),
    "core.beat_seen": (15, 15),
    "core.tidy_core": (600, 3600),
    "clusters.tell_webhooks": (20, 20),
    "clusters.tidy_clusters": (600, 24 * 3600),
    "learning.remind_and_close_requests": (300, 300),
    "dissemination.compose_digests": (60, 60),
}
CELERY_BEAT_SCHEDULE = {
    task: {"task": "core.tick", "args": (task, slot), "schedule": float(every), "options": {"expires": every}}
    for task, (every, slot) in TIMETABLE.items()
}

# Who signs in ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "clusters.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "clusters.forms.account.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_ADAPTER = "clusters.forms.AccountAdapter"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 4
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_FORMS = {"request_login_code": "clusters.forms.account.CodeForm"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Languages and time ---------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("nl", "Nederlands"),
    ("es", "Español"),
    ("hu", "Magyar"),
    ("fi", "Suomi"),
    ("pl", "Polski"),
]
LOCALE_PATHS = [BASE_DIR / "inno4sports" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Security -------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"] if not PRODUCTION else []
if PRODUCTION:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    # Asked from inside, past the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)$", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CSRF_FAILURE_VIEW = "inno4sports.core.http.csrf_failure"

# The funding line of pages and mails: every programme has its own (docs/operations.md). Ours is translated, another one stands as it is written.
FUNDING = {
    "fund": env.str("FUNDING_FUND", default="") or _("European Regional Development Fund"),
    "programme": env.str("FUNDING_PROGRAMME", default="Interreg Europe"),
}

# Who runs the portal, as imprint, contact and privacy notice name it; what is not set is said to be not stated.
OPERATOR = {
    "name": env.str("OPERATOR_NAME", default=""),
    "address": env.str("OPERATOR_ADDRESS", default=""),
    "email": env.str("OPERATOR_EMAIL", default=""),
    "data_protection_email": env.str("OPERATOR_DATA_PROTECTION_EMAIL", default=""),
}

# The API (docs/api.md) --------------------------------------------------------------------------------------------------

# For measurement only; a production portal refuses to be without them.
RATE_LIMITS = env.bool("RATE_LIMITS", default=True)
if PRODUCTION and not RATE_LIMITS:
    raise ImproperlyConfigured("RATE_LIMITS: a production portal (SITE_URL with https) does not run without them.")
API_REQUESTS_A_MINUTE = {"visitor": 120, "signed_in": 600}
# Who may ask, in this order; named here and not in REST_FRAMEWORK, which reads its classes before the apps can be imported.
API_SIGNING_IN = ["clusters.api.signing_in.Tokens", "inno4sports.core.api.signing_in.Session"]
# The rights that a token may carry, with their words.
API_RIGHTS = "clusters.models.SCOPES"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["inno4sports.core.api.signing_in.Session"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],  # visible_to and the acts decide, as for pages
    "DEFAULT_RENDERER_CLASSES": ["inno4sports.core.api.wire.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["inno4sports.core.api.wire.StrictJsonParser", "inno4sports.core.api.wire.FilesParser"],
    "DEFAULT_SCHEMA_CLASS": "inno4sports.core.api.schema.PortalSchema",
    "EXCEPTION_HANDLER": "inno4sports.core.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Inno4Sports",
    "DESCRIPTION": "What regions said, learned, plan, did and found. Begin at /api/v1/docs/.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [],
}

# OAuth 2 for programs (docs/adr/0015): what it signs is signed by a key of its own.
IDP_OIDC_ADAPTER = "clusters.forms.program.ProgramAdapter"
IDP_OIDC_PRIVATE_KEY = env.str("IDP_OIDC_PRIVATE_KEY", default="", multiline=True) or kept_secret(DATA_DIR, "oidc_key.pem", signing_key)
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 90 * 24 * 3600
# Persons behind one address share it.
IDP_OIDC_RATE_LIMITS = {"device_user_code": "20/m/ip"}

# Only for trying webhooks out on one machine: loopback counts as outside, and http is called.
WEBHOOKS_TO_LOOPBACK = env.bool("WEBHOOKS_TO_LOOPBACK", default=False)
if PRODUCTION and WEBHOOKS_TO_LOOPBACK:
    raise ImproperlyConfigured("WEBHOOKS_TO_LOOPBACK: a production portal (SITE_URL with https) calls nobody inside.")

# What is measured (GET /metrics) is shown to whoever brings this token; without one the address does not exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Logs: one JSON object a line, with the request's id; tokens in addresses are masked -----------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "inno4sports.core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Whoever forges a host is refused; it is no fault of ours.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}

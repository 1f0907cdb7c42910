"""Django's settings. What an operator may choose is in `portal.env`; the rest is decided here."""

import sys

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal import env
from portal.resource import bundles, resource_path
from portal.secretfile import private_file

try:
    ENVIRONMENT = env.read()
except env.BadValue as error:
    sys.exit(f"portolan: {error}")

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *ENVIRONMENT.hosts]
# A proxy that ends TLS in front of us makes https of our http.
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ENVIRONMENT.hosts]
INTRODUCE = "dashboard.access.identity.introduce"
"""Who says whose a bearer token is (portal.accounts.tokens): the cluster itself."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "servestatic",
    "django.contrib.staticfiles",
    "portal",
    "portal.accounts",
    "portal.walkthrough",
    "portal.crosslinks",
    "dashboard",
]
MIDDLEWARE = [
    # Headers first, so that static files and refusals carry them too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "portal.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.DoorMiddleware",
]
ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "csp.context_processors.nonce",
                "portal.views.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SQLITE = ENVIRONMENT.data / "portolan.sqlite3"
"""The database of one machine; unused with DATABASE_URL."""
DATABASES = {
    "default": environ.Env.db_url_config(ENVIRONMENT.database_url)
    if ENVIRONMENT.database_url
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": SQLITE}
}
if not ENVIRONMENT.database_url:
    private_file(SQLITE)  # whoever reads a session in it gets in
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer that starts as a reader fails with "database is locked" instead of waiting.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL",
    }
if ENVIRONMENT.redis_url:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [ENVIRONMENT.redis_url]},
        }
    }

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGE_COOKIE_NAME = "portolan_language"
LOCALE_PATHS = [resource_path("locale")]

STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
BUNDLES = bundles(ENVIRONMENT.data)
"""Fonts and third-party browser code, built by `make assets`, never committed; or None."""
STATICFILES_DIRS = [resource_path("static"), *([BUNDLES] if BUNDLES else [])]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "portal.assets.HashedStorage"
    },
}
SERVESTATIC_USE_FINDERS = DEBUG
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_ALLOW_ALL_ORIGINS = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Cookies know no ports, so two Portolans on one machine would log each other out.
SESSION_COOKIE_NAME = f"portolan_session_{ENVIRONMENT.port}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"portolan_csrf_{ENVIRONMENT.port}"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# All ways in that this version has are for plain HTTP on loopback (portal.env refuses others):
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS for localhost would break every other server of the machine
    "security.W008",  # there is no TLS to redirect to
    "security.W012",  # a Secure session cookie would never come back
    "security.W016",  # nor a Secure CSRF cookie
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

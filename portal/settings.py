"""Settings of the portal. Everything that differs between machines comes from the environment.

docs/operators.md lists each variable. A file named .env beside manage.py is read too; the environment wins over it.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()  # SECRET_KEY_FILE=/run/secrets/key works wherever SECRET_KEY does
env.read_env(BASE_DIR / ".env")

# -- Which machine this is ------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="for development only, never for a public site" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make run` writes one into .env; anywhere else, set the variable SECRET_KEY"
        " (or SECRET_KEY_FILE) to 50 or more random characters and keep it secret."
    )
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOCAL_HOSTS)
IS_LOCAL = DEBUG or set(ALLOWED_HOSTS) <= set(LOCAL_HOSTS)

# What the portal writes beside the database: the SQLite file itself and the staff's sessions.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))

# -- Applications ---------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "simple_history",
    "allauth",
    "portal.accounts.apps.SignInConfig",
    "allauth.mfa",
    "portal.accounts.apps.StaffAccountsConfig",
    "jurisdictions",
    "agreements",
    "portal",
]

# From the outermost to the innermost. What knows the reader (session, CSRF token, account, messages, history) acts
# under /admin/ alone, so that no public answer can depend on a cookie.
MIDDLEWARE = [
    "portal.middleware.noting.NotedAfterTheAnswer",
    "portal.middleware.access_log.AccessLogMiddleware",
    "portal.middleware.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.slow_readers.SlowReadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.whole.WholeAnswerMiddleware",
    "portal.middleware.compression.CompressionMiddleware",
    "portal.middleware.conditional.ConditionalGetMiddleware",
    "portal.middleware.language.LanguageFromPathMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.middleware.admin_only.SessionMiddleware",
    "portal.middleware.admin_only.CsrfViewMiddleware",
    "portal.middleware.admin_only.TextMiddleware",
    "portal.middleware.admin_only.AuthenticationMiddleware",
    "portal.middleware.admin_only.MessageMiddleware",
    "portal.middleware.admin_only.AccountMiddleware",
    "portal.middleware.second_factor.SecondFactorMiddleware",
    "portal.middleware.admin_only.HistoryRequestMiddleware",
]
# W003: Django looks for its own CsrfViewMiddleware by name; ours is that one, under /admin/.
SILENCED_SYSTEM_CHECKS = ["security.W003"]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                # The admin wants these two. They read what its middleware left and do nothing on public pages.
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# -- Database -------------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:
    # Not by way of an address: a "+" or "%" in the folder's name would be read as an escape.
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "portal.sqlite3")}}
    DATA_DIR.mkdir(parents=True, exist_ok=True)
USES_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")

DATABASES["default"] |= {
    # SQLite takes the write lock at the start of each transaction (IMMEDIATE): a request that only reads opens none.
    "ATOMIC_REQUESTS": False,
    # Each thread of a worker keeps its connection. On PostgreSQL one that broke is replaced at the next request.
    "CONN_MAX_AGE": None if USES_SQLITE else env.int("CONN_MAX_AGE", default=600),
    "CONN_HEALTH_CHECKS": not USES_SQLITE,
}
if USES_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that reads first and writes later would fail at once if another wrote in between; taking the
        # write lock first makes it wait its turn instead, up to `timeout` seconds.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;"  # readers never wait for a writer
            "PRAGMA synchronous=NORMAL;"  # safe with WAL: a power cut may lose the last commit, never the file
            "PRAGMA foreign_keys=ON;"
            "PRAGMA temp_store=MEMORY;"
            "PRAGMA mmap_size=268435456;"  # 256 MiB: the whole database, shared by all workers
            "PRAGMA cache_size=-16000;"  # 16 MB a connection
            "PRAGMA journal_size_limit=67108864;"
        ),
    }

# The cache is of the staff's sign-in alone, shared by all workers: attempts counted, codes used. It never shares the
# facts' file. Calls of the API and reports are counted elsewhere (see COUNTS_DIR), and never reach a disk.
CACHES = {
    "default": {
        "KEY_FUNCTION": "portal.accounts.counts.keyed",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
        **(
            {"BACKEND": "portal.accounts.counts.CountsInFiles", "LOCATION": DATA_DIR / "attempts"}
            if USES_SQLITE
            else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "staff_attempts"}
        ),
    },
}

# -- Staff accounts -------------------------------------------------------------------------------------------------

# Only /admin/ has sessions. With SQLite they are files: shared by the workers, kept over a restart, and never a
# write to the facts. With PostgreSQL they are rows, so that several machines can serve the same site.
SESSION_ENGINE = f"django.contrib.sessions.backends.{'file' if USES_SQLITE else 'db'}"
if USES_SQLITE:
    SESSION_FILE_PATH = DATA_DIR / "sessions"
    SESSION_FILE_PATH.mkdir(mode=0o700, parents=True, exist_ok=True)
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("COOKIES_SECURE", default=not IS_LOCAL)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # one working day
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # Django's cookie would be for every path
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"  # where there is no next page, or one that is not ours
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Invited accounts only: nobody signs up, and a lost password is a matter for an administrator, not for a form.
ACCOUNT_ADAPTER = "portal.accounts.adapter.StaffAccountAdapter"
ACCOUNT_FORMS = {"login": "portal.accounts.forms.StaffLoginForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # what allauth's checks compare with; there is no such form
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_PAGE = "/admin/account/"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # how long an invitation is good
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # `key` is the account. No limit for a day on passwords: anybody could close an account with it.
    "password_failed": "10/m/ip,5/5m/key",
    # Of wrong codes, for which one has to know the password.
    "login_failed": "10/m/ip,5/5m/key,50/d/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
MFA_ADAPTER = "portal.accounts.adapter.StaffFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Local police and ICE"
MFA_TOTP_TOLERANCE = 1  # the code before and the one after count too: clocks of phones differ
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True

# -- E-mail, for invitations ----------------------------------------------------------------------------------------

SENDS_EMAIL = bool(env.str("EMAIL_URL", default=""))
if SENDS_EMAIL:
    globals().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="webmaster@localhost")

# -- HTTP -----------------------------------------------------------------------------------------------------------

# portal/middleware/headers.py sets what differs between public pages and /admin/: CSP and Referrer-Policy.
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the machine itself, over plain HTTP
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of the operator's own stand before the portal. Only then are their headers believed.
PROXIES = env.int("PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Style sheets under static/ whose exact text a public page may carry in one <style> element; allowed by hash.
CSP_INLINE_STYLES = ["css/maps.css", "css/rights.css"]
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
# What /about/ says of whoever runs this installation: a name, and a mailto: or https: address. Nothing if unset.
OPERATOR = env.str("OPERATOR", default="")
CONTACT = env.str("CONTACT", default="")
# Where "Leave this site" leads: a page about nothing of this, in both languages, without trackers, of no government.
LEAVE_URL = env.str("LEAVE_URL", default="https://www.wikipedia.org/")
if not LEAVE_URL.startswith("https://"):
    raise ImproperlyConfigured("LEAVE_URL is no https:// address: “Leave this site” would lead nowhere safe.")
for name in ("CONTACT", "SECURITY_CONTACT"):
    if globals()[name] and not globals()[name].startswith(("mailto:", "https://")):
        raise ImproperlyConfigured(f"{name} is neither a mailto: nor an https:// address.")

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a form without its files; a ZIP code or a name needs far less
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # a page of the admin with its inlines
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# -- Languages and time ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "America/New_York"  # a day of the portal is a day in Washington
USE_TZ = True

# -- Static files ---------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_HASHED_NAMES = env.bool("STATIC_HASHED_NAMES", default=not DEBUG)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "portal.stylesheets.Storage"
        if STATIC_HASHED_NAMES
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not STATIC_HASHED_NAMES

# -- API ------------------------------------------------------------------------------------------------------------

# Calls that one address may make without a key. A mirror needs a handful: a list comes whole as CSV or JSON Lines.
CALLS_A_MINUTE = env.int("CALLS_A_MINUTE", default=60)
# Where workers count calls together: a folder that the system keeps in memory, so that no count reaches a disk.
COUNTS_DIR = env.str("COUNTS_DIR", default="/dev/shm")

REST_FRAMEWORK = {
    # No account and no cookie: the API never reads a session. A partner's key lifts the limit, nothing else.
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.keys.ByKey"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.api.negotiation.ByParameter",
    # The first one is the form unless `format=` names another, and that of every problem.
    "DEFAULT_RENDERER_CLASSES": ["portal.api.renderers.JSON"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.FormParser"],
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "agreements.api.problems.problem",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.ByAddress"],
    "NUM_PROXIES": PROXIES,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Local police and ICE: agreements under section 287(g)",
    "DESCRIPTION": (
        "Which local and state agencies have signed 287(g) agreements with US Immigration and Customs Enforcement,"
        " on any day since January 2021, from ICE's own lists; what state laws and local policies require, allow or"
        " forbid; which places a federal list names. Read-only, free, no key."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AreaKind": "jurisdictions.models.Jurisdiction.Kind",
        "AgencyKind": "jurisdictions.models.Agency.Kind",
        "ListKind": "agreements.models.ListKind",
        "EventKind": "agreements.models.ChangeEvent.Kind",
        "RecordKind": "portal.api.choices.RECORD_KINDS",
        "Change": "portal.api.views.changes.CHANGES",
        "AgreementStatus": "agreements.models.Status",
        "Standing": "agreements.models.editorial.RuleStanding",
        "LawInstrument": "agreements.models.StateLaw.Instrument",
        "PolicyInstrument": "agreements.models.LocalPolicy.Instrument",
        "LawLegalStatus": "agreements.models.StateLaw.LegalStatus",
        "PolicyLegalStatus": "agreements.models.LocalPolicy.LegalStatus",
        "FederalList": "agreements.models.FederalDesignation.List",
        "RuleTopic": "agreements.topics.Topic",
        "LawTopic": "portal.api.choices.TOPICS_OF_LAWS",
        "LineTopic": "portal.api.choices.LINES",
        "Mark": "portal.api.choices.MARKS",
        "MarkWithoutRecord": "portal.api.choices.MARKS_WITHOUT_A_RECORD",
        "DoubtKind": "portal.api.choices.KINDS_IN_DOUBT",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.description.with_what_all_answers_share",
    ],
}

# -- Logs -----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # Five digits standing alone may be a ZIP code that somebody typed: they never reach a log.
    "formatters": {
        "plain": {
            "()": "portal.middleware.access_log.WithoutZipCodes",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # The access log has each 404, and each 400 for a host that is not ours or a form that is far too large;
        # strangers' probes need no second line, let alone a traceback.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        "django.security.TooManyFilesSent": {"level": "CRITICAL"},
        "portal.access": {
            "handlers": ["console"],
            "level": "INFO" if env.bool("ACCESS_LOG", default=True) else "WARNING",
            "propagate": False,
        },
    },
}

# -- Fetching ICE's lists -------------------------------------------------------------------------------------------

# See docs/fetching.md. Only `manage.py fetch_ice_sheets` ever calls another host.
ICE_LISTS_PAGE = env.str("ICE_LISTS_PAGE", default="https://www.ice.gov/identify-and-arrest/287g")
FETCH_HOSTS = env.list("FETCH_HOSTS", default=["www.ice.gov"])  # on which the page and its lists may lie
FETCH_APPLIES = env.bool("FETCH_APPLIES", default=False)  # whether a list of which nothing is doubtful is applied
FETCH_AGENT = env.str("FETCH_AGENT", default="287g-lists-reader/1.0 (reads this page and its lists once a day)")
FETCH_PAUSE = env.float("FETCH_PAUSE", default=3.0)  # seconds between two calls

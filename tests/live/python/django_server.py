"""Django REST framework with djangorestframework-simplejwt and django-oauth-toolkit, set up as in their guides.

With the argument `session-first`, SessionAuthentication is listed first, so the server responds with 403 instead of 401.
With `keeps`, refresh tokens do not rotate.
"""

import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from served import serve

SESSION_FIRST = "session-first" in sys.argv
ROTATES = "keeps" not in sys.argv
SESSION = ["rest_framework.authentication.SessionAuthentication"] if SESSION_FIRST else []
TOKENS = [
    "rest_framework_simplejwt.authentication.JWTAuthentication",
    "oauth2_provider.contrib.rest_framework.OAuth2Authentication",
]
# The first authentication class determines the response to an expired token, so each setup lists one class first.
TOKEN = TOKENS["oauth-toolkit" in sys.argv]

# A test kills its server, so an earlier test's database can still exist.
def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return process != os.getpid()


for left in Path().glob("db-*"):
    if not is_running(int(left.name[3:])):
        shutil.rmtree(left, ignore_errors=True)
FOLDER = Path(f"db-{os.getpid()}")
FOLDER.mkdir()

settings.configure(
    SECRET_KEY="not a secret, but long enough for the algorithm that signs with it",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="django_urls",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django_urls.Watch",
    ],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "rest_framework",
        "rest_framework_simplejwt.token_blacklist",
        "oauth2_provider",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "db.sqlite3",
            "OPTIONS": {"timeout": 30, "init_command": "PRAGMA journal_mode=wal"},
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [*SESSION, TOKEN],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    SIMPLE_JWT={
        "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
        "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
        "ROTATE_REFRESH_TOKENS": ROTATES,
        "BLACKLIST_AFTER_ROTATION": ROTATES,
    },
    OAUTH2_PROVIDER={
        "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
        "ROTATE_REFRESH_TOKEN": ROTATES,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "SCOPES": {"orders": "Orders"},
    },
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from oauth2_provider.models import Application, RefreshToken  # noqa: E402
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken  # noqa: E402


def live():
    """Returns the number of valid refresh tokens of both libraries."""
    whitelisted = OutstandingToken.objects.filter(blacklistedtoken__isnull=True).count()
    return whitelisted + RefreshToken.objects.filter(revoked__isnull=True).count()


call_command("migrate", verbosity=0)
User.objects.create_user("ann", password="correct horse")
Application.objects.create(client_id="app", client_type="public", authorization_grant_type="password", name="App")
application = get_wsgi_application()
serve(application, live)

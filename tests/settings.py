"""The portal's settings for tests: a folder of their own, PostgreSQL where reachable, quick passwords, no broker."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import services

# What a shell happens to say must not reach the tests; each worker of xdist has a folder of its own.
for name in (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "DEBUG",
    "PORT",
    "STATIC_ROOT",
    "EXTRA_TEMPLATES",
    "S3_BUCKET",
):
    os.environ.pop(name, None)
_folder = tempfile.mkdtemp(prefix="inno4sports-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ |= {"DATA_DIR": _folder, "SITE_URL": "http://testserver", "DEMO": "1", "PAGE_CACHE": "off", "DEMO_PASSWORD": "only-for-the-tests"}

from inno4sports.settings import *  # noqa: E402, F403 -- the environment above decides what it says
from inno4sports.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

# A second run beside this one on the same server takes another name: TEST_DATABASE_NAME=…
_name = os.environ.get("TEST_DATABASE_NAME", "inno4sports")
if services.chosen_database() == "postgres":
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": services.POSTGRES[0],
            "PORT": services.POSTGRES[1],
            "USER": "postgres",
            "NAME": "postgres",
            "TEST": {"NAME": f"test_{_name}"},
        }
    }
else:
    # A file, not memory: threads and other processes see it too.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
# WhiteNoise warns of a folder that is missing, and warnings are errors.
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # noqa: F405

"""The portal's settings for processes that tests start: quick passwords, static files as they lie; RELEASE=next is the next one."""

import os

from inno4sports.settings import *  # noqa: F403 -- the environment decides what it says
from inno4sports.settings import INSTALLED_APPS, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
if os.environ.get("RELEASE") == "next":
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.ops.release"]

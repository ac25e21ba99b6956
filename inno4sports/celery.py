"""The Celery application: the broker carries wake-ups only, the database holds what is to be done."""

import os
from pathlib import Path

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inno4sports.settings")

app = Celery("inno4sports")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["inno4sports.core", "clusters", "learning", "actionplans", "dissemination"])

if not settings.REDIS_URL:
    # kombu's filesystem transport does not make its own folders.
    for folder in ("queue", "processed", "control"):
        Path(settings.BROKER_DIR, folder).mkdir(parents=True, exist_ok=True)

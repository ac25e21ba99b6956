"""The roof as a Django app: it brings management commands and catalogs, and ties this process to our Celery application."""

from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "inno4sports"
    label = "roof"

    def ready(self) -> None:
        from inno4sports import celery  # noqa: F401 -- web processes send wake-ups through this application

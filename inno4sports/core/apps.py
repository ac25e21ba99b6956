"""The floor as a Django app; when it is ready it loads what the other apps register by import."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "inno4sports.core"
    label = "core"

    def ready(self) -> None:
        # Lifecycles, rules, mails and search documents are registered when their modules are imported.
        autodiscover_modules("states", "permissions", "mails", "search")

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "inno4sports.core"
    label = "core"

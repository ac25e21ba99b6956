"""Resources of learning."""

from django.urls import URLPattern

from inno4sports.core.api.routes import routes

from .lesson import Lessons

ROUTES: list[URLPattern] = routes(Lessons)

"""The API's front door: the resources of all apps, and what gathers from several."""

from django.urls import path, re_path

from clusters.api import ROUTES as CLUSTERS
from inno4sports.api_docs import docs
from inno4sports.core.api.description import Description
from inno4sports.core.api.view import NotHere
from learning.api import ROUTES as LEARNING

app_name = "api"
urlpatterns = [
    *CLUSTERS,
    *LEARNING,
    path("schema/", Description.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", NotHere.as_view(), name="not_here"),
]

"""The API's front door: the resources of all apps, and what gathers from several."""

from django.urls import path, re_path

from actionplans.api import ROUTES as ACTIONPLANS
from clusters.api import ROUTES as CLUSTERS
from clusters.api.me import Me
from dissemination.api import ROUTES as DISSEMINATION
from inno4sports.api_docs import docs
from inno4sports.api_gathered import File, Performance, Search, Tasks
from inno4sports.core.api.description import Description, Index
from inno4sports.core.api.view import NotHere
from learning.api import ROUTES as LEARNING

app_name = "api"
urlpatterns = [
    *CLUSTERS,
    *LEARNING,
    *ACTIONPLANS,
    *DISSEMINATION,
    path("clusters/<slug:key>/performance/", Performance.as_view(), name="performance"),
    path("files/<uuid:public_id>/", File.as_view(), name="file"),
    path("search/", Search.as_view(), name="search"),
    path("me/", Me.as_view(), name="me"),
    path("me/tasks/", Tasks.as_view(), name="tasks"),
    path("", Index.as_view(), name="index"),
    path("schema/", Description.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", NotHere.as_view(), name="not_here"),
]

"""The API's front door: the resources of all apps, and what gathers from several."""

from django.urls import path, re_path

from actionplans.api import ROUTES as ACTIONPLANS
from clusters.api import ROUTES as CLUSTERS
from dissemination.api import ROUTES as DISSEMINATION
from inno4sports.api_files import File
from inno4sports.core.api.view import NotHere
from learning.api import ROUTES as LEARNING

app_name = "api"
urlpatterns = [
    *CLUSTERS,
    *LEARNING,
    *ACTIONPLANS,
    *DISSEMINATION,
    path("files/<uuid:public_id>/", File.as_view(), name="file"),
    re_path("", NotHere.as_view(), name="not_here"),
]

"""Resources of actionplans."""

from django.urls import URLPattern, path

from inno4sports.core.api.routes import routes

from .action import Actions
from .ambition import Ambitions
from .plan import Plans, RevisionOfPlan
from .progress import ProgressReports, Results

ROUTES: list[URLPattern] = [
    *routes(Ambitions, Plans, Actions, ProgressReports, Results),
    path("action-plans/<slug:key>/revisions/<int:n>/", RevisionOfPlan.as_view(), name="action-plans_revision"),
]

"""Resources of dissemination."""

from django.urls import URLPattern, path

from inno4sports.core.api.routes import routes

from .evidence import Evidence, Gaps, TrailOf
from .finding import Findings

ROUTES: list[URLPattern] = [
    *routes(Findings),
    path("evidence/", Evidence.as_view(), name="evidence"),
    path("evidence/gaps/", Gaps.as_view(), name="gaps"),
    path("evidence/<str:kind>/<uuid:public_id>/", TrailOf.as_view(), name="trail"),
]

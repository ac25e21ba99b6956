"""Addresses of findings, evidence and digest preferences."""

from django.urls import path

from dissemination.views import digest, evidence, finding

app_name = "dissemination"

urlpatterns = [
    path("findings/", finding.finding_list, name="finding_list"),
    path("findings/new/", finding.finding_create, name="finding_create"),
    path("findings/propose/", finding.finding_propose, name="finding_propose"),
    path("findings/<slug:slug>/", finding.finding_detail, name="finding_detail"),
    path("findings/<slug:slug>/edit/", finding.finding_edit, name="finding_edit"),
    path("findings/<slug:slug>/steps/<slug:step>/", finding.finding_step, name="finding_step"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("gaps/", evidence.gap_list, name="gap_list"),
    path("preferences/on/<uuid:public_id>/", digest.preferences_edit, name="preferences_edit"),
    path("preferences/<str:token>/", digest.preferences, name="preferences"),
]

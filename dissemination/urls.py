"""Addresses of dissemination (docs/architecture.md)."""

app_name = "dissemination"

urlpatterns: list = []

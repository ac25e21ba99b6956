"""Addresses of actionplans (docs/architecture.md)."""

app_name = "actionplans"

urlpatterns: list = []

"""Addresses of learning (docs/architecture.md)."""

app_name = "learning"

urlpatterns: list = []

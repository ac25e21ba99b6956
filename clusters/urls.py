"""Addresses of clusters (docs/architecture.md)."""

app_name = "clusters"

urlpatterns: list = []

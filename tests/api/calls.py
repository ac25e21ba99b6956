"""How the tests call the API."""

import json
from typing import Any

V1 = "/api/v1"


def send(client: Any, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    """A JSON request; header names with `_` for `-`, as in `if_match=`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(path, json.dumps(body or {}), content_type="application/json", headers=named)


def step(client: Any, address: str, name: str, **body: Any) -> Any:
    """Take a step from the version that stands."""
    etag = client.get(address)["ETag"]
    return send(client, "post", f"{address}steps/", {"step": name, **body}, if_match=etag)

"""How the tests call the API."""

import json
from typing import Any

V1 = "/api/v1"


def send(client: Any, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    """A JSON request; header names with `_` for `-`, as in `if_match=`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(path, json.dumps(body or {}), content_type="application/json", headers=named)


def step(client: Any, address: str, name: str, /, *, match: str = "", **body: Any) -> Any:
    """Take a step from the version that stands, or from the one that was read."""
    etag = match or client.get(address)["ETag"]
    return send(client, "post", f"{address}steps/", {"step": name, **body}, if_match=etag)


def steps_of(client: Any, address: str) -> list[str]:
    """The names of what is open to the caller."""
    return [one["step"] for one in client.get(f"{address}steps/").json()["steps"]]


def pointers(answer: Any) -> list[str]:
    """Where the faults of a refused body are."""
    assert answer.status_code == 422, answer.content
    return [error["pointer"] for error in answer.json()["errors"]]

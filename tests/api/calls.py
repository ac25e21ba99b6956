"""Calling the API in a test: JSON in, the ETag of what was read as If-Match."""

import json


def send(client, method, path, body=None, **headers):
    return getattr(client, method)(path, json.dumps(body or {}), content_type="application/json", headers=headers)


def step(client, address, name, /, *, match="*", **body):
    """Take a step; answers the response."""
    return send(client, "post", f"{address}steps/", {"step": name, **body}, **{"If-Match": match})


def steps_of(client, address):
    return [one["step"] for one in client.get(f"{address}steps/").json()["steps"]]


def pointers(answer):
    assert answer.status_code == 422, answer.content
    return [error["pointer"] for error in answer.json()["errors"]]

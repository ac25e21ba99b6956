"""Who the caller is: person or program, roles, memberships, what the token may; and the settings of a person."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from inno4sports.core.api.problems import Problem
from inno4sports.core.api.told import Schema, Told
from inno4sports.core.api.view import SAFE, ApiView, kept
from inno4sports.core.api.writing import filled, once, read, wanted_version
from inno4sports.core.lifecycle import Conflict
from inno4sports.core.permissions import is_program, require

from ..domain.settings import edit_settings
from ..forms.account import SettingsForm
from ..models import SCOPES, Membership, User

SETTINGS = ("name", "language", "timezone", "theme", "digest", "digest_hour")


TEXT: Schema = {"type": "string"}
MEMBERSHIP = {"cluster": TEXT, "role": {"type": "string", "enum": Membership.Role.values}, "organisation": {"type": ["string", "null"]}}
PROPERTIES: Schema = {
    "kind": {"type": "string", "enum": ["person", "program"]},
    "id": {"type": "string", "format": "uuid"},
    "signed_in_by": {"type": "string", "enum": ["session", "personal_token", "device", "client_credentials"]},
    "program": {"type": ["string", "null"], "format": "uuid", "description": "The program that asks, for itself or for the person"},
    "email": {"type": ["string", "null"], "format": "email"},
    "version": {"type": "integer"},
    "name": TEXT,
    "language": {"type": "string", "enum": [code for code, _name in settings.LANGUAGES]},
    "timezone": TEXT,
    "theme": {"type": "string", "enum": User.Theme.values},
    "digest": {"type": "string", "enum": User.Rhythm.values},
    "digest_hour": {"type": "integer"},
    "topics": {"type": "array", "items": TEXT},
    "roles": {"type": "array", "items": {"type": "string", "enum": ["editor", "coordinator", "administrator"]}},
    "memberships": {"type": "array", "items": {"type": "object", "properties": MEMBERSHIP, "required": [*MEMBERSHIP]}},
    "scopes": {"type": ["array", "null"], "items": {"type": "string", "enum": [*SCOPES]}, "description": "null: all that you may"},
}
ME: Schema = {"type": "object", "properties": PROPERTIES, "required": [*PROPERTIES]}


def me_of(request: Request) -> dict[str, Any]:
    user: User = request.user
    person, grant = not is_program(user), request.auth
    roles = {"editor": user.is_editor, "coordinator": user.is_coordinator, "administrator": user.is_staff}
    return {
        "kind": "person" if person else "program",
        "id": user.public_id,
        "signed_in_by": grant.kind if grant is not None else "session",
        "program": grant.program.public_id if grant is not None and grant.program else None,
        "email": user.email or None,
        "version": user.version,
        **{name: getattr(user, name) for name in SETTINGS},
        "topics": [topic.slug for topic in user.topics.all()] if person else [],
        "roles": [name for name, held in roles.items() if held],
        "memberships": [
            {"cluster": m.cluster.slug, "role": m.role, "organisation": m.organisation.slug if m.organisation else None} for m in user.own_memberships
        ],
        "scopes": sorted(grant.scopes) if grant is not None else None,
    }


class Me(ApiView):
    """`scopes` is null with a session, which may all that the person may. PATCH takes the settings; programs have none."""

    closed = True
    scope = "clusters"
    told = {
        "get": Told("Who you are, and what you may", ME, permission="whoever is signed in"),
        "patch": Told("Change your settings", ME, body=SettingsForm, permission="the person", statuses=(412, 428)),
    }

    def rights(self, method: str) -> tuple[str, ...]:
        """Any token may ask whose it is."""
        return () if method in SAFE else super().rights(method)

    def get(self, request: Request) -> Response:
        return self.shown(request)

    def shown(self, request: Request) -> Response:
        return kept(request, me_of(request), str(request.user.version))

    def patch(self, request: Request) -> Response:
        user = request.user
        require(user, "clusters.edit_settings", user)
        version = wanted_version(request, user.version)

        def run() -> Response:
            if version is not None and version != user.version:
                raise Conflict(user)
            base = filled(SettingsForm(instance=user))
            form = read(lambda data, files: SettingsForm(data, instance=user), request, base=base)
            edit_settings(user, by=self.actor(), version=version, **form.cleaned_data)
            return self.shown(request)

        try:
            return once(request, run)
        except Conflict as conflict:
            user.refresh_from_db()
            raise Problem("stale", more={"current": me_of(request)}, headers={"ETag": f'"{user.version}-stale"'}) from conflict

"""The whole description tried with made-up requests, as everybody: no answer that it does not tell of, none of 5xx."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from clusters.domain.program import create_program
from clusters.models import SCOPES
from inno4sports.core.api.addresses import RESOURCES
from inno4sports.core.api.description import description
from inno4sports.wsgi import application
from tests.house.world import everything
from tests.people import everybody

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]  # one database is enough for what is written about both
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(description())
SCHEMA.app = application
OPERATIONS = {f"{operation.method.upper()} {operation.path}": operation for operation in (found.ok() for found in SCHEMA.get_all_operations())}
PERSONS = ("", "ana", "ben", "edda", "ari", "program")
CSRF = "a" * 32


def signed_in(people, name):
    """Headers of a person's browser, or of a program of Ben's region with every right; none for a visitor."""
    if not name:
        return {}
    client = Client()
    if name == "program":
        program = create_program(people.north, name="Site", role="manager", scopes=SCOPES, by=people.ben_acts)
        data = {"grant_type": "client_credentials", "client_id": program.client_id, "client_secret": program.secret}
        return {"Authorization": f"Bearer {client.post('/identity/o/api/token', data).json()['access_token']}"}
    client.force_login(getattr(people, name))
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={CSRF}", "X-CSRFToken": CSRF}


def keys_of(operation, people):
    """Keys of things that are there, as Ben sees them, as the address names them, with their versions."""
    resource = RESOURCES.get(operation.path.split("/")[3])
    if resource is None:
        return [({"key": "nothing-here"}, 1)]
    rows = resource.model._default_manager.all()
    rows = rows.visible_to(people.ben) if hasattr(rows, "visible_to") else rows
    found = [({n: str(v) for n, v in resource.address_kwargs(row).items()}, getattr(row, "version", 0)) for row in rows[:4]]
    return found or [({"key": "nothing-here"}, 1)]


def tried(name, people, most):
    operation = OPERATIONS[name]
    keys, headers = keys_of(operation, people), people.headers

    @settings(max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], derandomize=True)
    @given(case=operation.as_strategy(), person=strategies.sampled_from(PERSONS), key=strategies.sampled_from([*keys, None]))
    def run(case, person, key):
        if key is not None and key[0].keys() <= (case.path_parameters or {}).keys():
            case.path_parameters |= key[0]
            case.headers["If-Match"] = f'"{key[1]}-en"'
        with transaction.atomic():
            case.call_and_validate(headers={**(case.headers or {}), **headers[person], "Accept-Encoding": "identity"}, checks=CHECKS)
            transaction.set_rollback(True)

    run()


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker, tmp_path_factory):
    """One true thing of every kind, for all operations; whatever a request does is taken back after it."""
    folder = tmp_path_factory.mktemp("files")
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(MEDIA_ROOT=folder, MAIL_DIR=folder, RATE_LIMITS=False, ALLOWED_HOSTS=["*"]),
    ):
        people = everybody()
        everything(people, folder)
        people.headers = {person: signed_in(people, person) for person in PERSONS}
        # The requests are part of the test's transaction: its connection stays, as with Django's own client, which connects these again.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield people
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_answers_as_it_is_described(name, filled):
    tried(name, filled, 12)


@pytest.mark.soak
@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_answers_as_it_is_described_at_length(name, filled):
    tried(name, filled, 300)

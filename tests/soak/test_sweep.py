"""Every act with its k-th SQL statement failing, for every k: afterwards the database is as before, nothing half written."""

import datetime as dt
import hashlib
import itertools
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models

from inno4sports.core import clock
from tests.soak import acts_actionplans, acts_clusters, acts_core, acts_dissemination, acts_learning

pytestmark = [pytest.mark.soak, pytest.mark.django_db]
OURS = ("core", "clusters", "learning", "actionplans", "dissemination", "account", "allauth_idp_oidc")
ACTS = {**acts_core.ACTS, **acts_clusters.ACTS, **acts_learning.ACTS, **acts_actionplans.ACTS, **acts_dissemination.ACTS}


def fingerprint() -> dict[str, str]:
    """Every row of every table of ours, as a digest by table."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in OURS:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1')
                rows = [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()]
                found[model._meta.db_table] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


class Failing:
    """Lets `k` statements through and fails the next one."""

    def __init__(self, k: int) -> None:
        self.left, self.failed = k, False

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        if self.left == 0 and not self.failed:
            self.failed = True
            raise DatabaseError("the statement failed on purpose")
        self.left -= 1
        return execute(sql, params, many, context)


def anew(held):
    """Rows as another request reads them: what an object remembers would shift the count of the statements."""
    if isinstance(held, SimpleNamespace):
        return SimpleNamespace(**{name: anew(value) for name, value in vars(held).items()})
    if isinstance(held, tuple):
        return tuple(anew(value) for value in held)
    return type(held)._base_manager.get(pk=held.pk) if isinstance(held, models.Model) else held


@pytest.mark.parametrize("name", ACTS)
def test_act_with_any_statement_failing_writes_nothing(name, people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    prepare, act = ACTS[name]
    with clock.at(dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)):
        subject = prepare(people)
        before = fingerprint()
        for k in itertools.count():
            who, what, failing = anew(people), anew(subject), Failing(k)
            try:
                with connection.execute_wrapper(failing):
                    act(who, what)
            except DatabaseError:
                # The test's own transaction is whole: the statement never reached the database.
                connection.needs_rollback = False
                assert fingerprint() == before, f"statement {k} failed and something was written"
                continue
            break
    assert not failing.failed, f"statement {k} failed and the act went on"
    assert fingerprint() != before, "in the end it acted"
    assert k > 0, "it was really swept"
    print(f"{name}: {k} statements")

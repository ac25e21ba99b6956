"""What the workers tidy up."""

import datetime as dt
import uuid

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection

from inno4sports.core import clock
from inno4sports.core.forms import store_file
from inno4sports.core.models import Change, KeptAnswer, StoredFile
from inno4sports.core.tasks import tidy_core

pytestmark = pytest.mark.django_db


def upload():
    content = ContentFile(b"%PDF-1.4\n", name="letter.pdf")
    content.media_type = "application/pdf"
    return content


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_upload_of_an_act_that_failed_is_forgotten_after_a_day(people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    kept = store_file(upload(), people.north, by=people.ben_acts)

    def refuse(execute, sql, params, many, context):
        raise DatabaseError

    with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
        store_file(upload(), people.north, by=people.ben_acts)
    connection.needs_rollback = False  # the statement never reached the database
    assert len(files(tmp_path)) == 2

    tidy_core()
    assert len(files(tmp_path)) == 2, "perhaps its act is still under way"
    with clock.at(clock.now() + dt.timedelta(days=2)):
        tidy_core()
    assert [str(path) for path in files(tmp_path)] == [StoredFile.objects.get(pk=kept.pk).content.path]


def test_tidy_core_before_the_first_upload(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    tidy_core()


def test_tidy_core_forgets_old_answers_and_changes_but_the_last(db):
    old = clock.now() - dt.timedelta(days=181)
    for position in (1, 2):
        Change.objects.create(thing_kind="learning.lesson", thing_id=uuid.uuid4(), reach="public", position=position, at=old)
    KeptAnswer.objects.create(name="a", asked="b", status=201, created_at=old)
    tidy_core()
    assert list(Change.objects.values_list("position", flat=True)) == [2]
    assert not KeptAnswer.objects.exists()

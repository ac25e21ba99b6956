"""What the workers tidy up."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection

from inno4sports.core import clock
from inno4sports.core.forms import store_file
from inno4sports.core.models import StoredFile
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

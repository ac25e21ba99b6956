"""A backup comes back on an empty machine row for row and file for file, and nothing is sent until a person says so."""

import hashlib
import io
import json
import os
import pathlib
import stat
import subprocess
import sys
import tarfile

import psycopg2
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from inno4sports.core import outbox
from inno4sports.core.forms import store_file
from inno4sports.core.holds import hold_sending, release_sending, sending_held
from inno4sports.core.models import OutboxMail
from inno4sports.management import archive, dumps
from tests.ops.portal import ROOT, environment

READ_BACK = """
import django, hashlib, json, pathlib
django.setup()
from django.conf import settings
from inno4sports.core import outbox
from inno4sports.core.models import OutboxMail, StoredFile
from inno4sports.management.dumps import count_rows
print(json.dumps({
    "sent": outbox.deliver_some(), "mails": len(list(settings.MAIL_DIR.glob("*"))), "rows": count_rows(),
    "files": {f.name: hashlib.sha256(f.content.read()).hexdigest() for f in StoredFile.objects.all()},
    "key": settings.SECRET_KEY, "signs": settings.IDP_OIDC_PRIVATE_KEY, "mode": oct(pathlib.Path(settings.DATA_DIR, "secret_key").stat().st_mode),
}))
"""


@pytest.fixture
def portal(people, settings, tmp_path):
    """A portal with people, a file, and a mail that is owed."""
    if connection.vendor == "postgresql":
        try:
            dumps.tool("pg_dump")
        except CommandError as missing:
            pytest.skip(str(missing))
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "old", tmp_path / "old" / "media"
    settings.DATA_DIR.mkdir()
    content = ContentFile(b"%PDF-1.4 minutes\n", name="minutes.pdf")
    content.media_type = "application/pdf"
    store_file(content, people.north, by=people.ben_acts)
    outbox.OutboxBackend().send_messages([outbox.mail.EmailMessage("Hello", "Text", None, ["ana@north.example"])])
    return people


@pytest.fixture
def empty_machine(tmp_path):
    """The environment of a portal that was never started: no tables, no files."""
    if connection.vendor != "postgresql":
        yield environment(tmp_path / "new", 8000)
        return
    name, place = f"restored_{os.getpid()}", connection.settings_dict
    server = psycopg2.connect(host=place["HOST"], port=place["PORT"], user=place["USER"], dbname="postgres")
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield environment(tmp_path / "new", 8000, DATABASE_URL=f"postgres://{place['USER']}@{place['HOST']}:{place['PORT']}/{name}")
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


def manage(env, *command):
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def backed_up(tmp_path):
    out = io.StringIO()
    call_command("backup", str(tmp_path / "backup.tar"), stdout=out)
    return tmp_path / "backup.tar"


@pytest.mark.django_db(transaction=True)
def test_restore_on_an_empty_machine_is_the_portal_again_and_sends_nothing(portal, empty_machine, tmp_path, settings):
    file, rows = backed_up(tmp_path), dumps.count_rows()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = manage(empty_machine, "manage.py", "restore", str(file))
    assert "Sending is held" in done.stdout, done.stderr

    found = json.loads(manage(empty_machine, "-c", READ_BACK).stdout)
    assert (found["sent"], found["mails"]) == (0, 0), "old mail stays"
    assert found["rows"].pop("core_hold") == rows.pop("core_hold") + 1
    assert found["rows"] == rows
    assert found["files"] == {"minutes.pdf": hashlib.sha256(b"%PDF-1.4 minutes\n").hexdigest()}
    assert (found["key"], found["mode"]) == (settings.SECRET_KEY, "0o100600"), "links in mails and sealed mails work on"
    assert found["signs"] == settings.IDP_OIDC_PRIVATE_KEY.strip(), "and so do the tokens of programs"

    assert "This portal is in use (9 people)" in manage(empty_machine, "manage.py", "restore", str(file)).stderr
    assert "Restored" in manage(empty_machine, "manage.py", "restore", str(file), "--force").stdout
    assert "1 mails wait: ready_made" in manage(empty_machine, "manage.py", "release_sending").stdout
    found = json.loads(manage(empty_machine, "-c", READ_BACK).stdout)
    assert (found["sent"], found["mails"]) == (1, 1), "released, and the sealed mail could be opened"


def changed(file, tmp_path, change):
    """The same archive with each member as `change(name, bytes)` answers it; None leaves it out."""
    target = tmp_path / "changed.tar"
    with tarfile.open(file) as old, tarfile.open(target, "w") as new:
        for member in old:
            answer = change(member.name, old.extractfile(member).read())
            if answer is not None:
                member.name, data = answer
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return target


@pytest.mark.django_db(transaction=True)
def test_restore_refuses_what_is_not_as_the_manifest_says(portal, tmp_path):
    file = backed_up(tmp_path)
    cases = {
        "damaged": lambda name, data: (name, data[:-1] + b"?") if name.startswith("media/") else (name, data),
        "damaged: media": lambda name, data: None if name.startswith("media/") else (name, data),
        "manifest is missing": lambda name, data: None if name == archive.MANIFEST else (name, data),
        "plain files only": lambda name, data: ("../" + name, data),
        "format 2": lambda name, data: (name, data.replace(b'"format": 1', b'"format": 2')),
        "newer portal: this one does not know core 9999_later": lambda name, data: (
            name,
            data.replace(b'"core",\n   "0001_initial"', b'"core",\n   "9999_later"'),
        ),
        "stands on": lambda name, data: (name, data.replace(f'"database": "{connection.vendor}"'.encode(), b'"database": "other"')),
    }
    for words, change in cases.items():
        with pytest.raises(CommandError, match=words):
            call_command("restore", str(changed(file, tmp_path, change)), "--force")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("restore", str(tmp_path / "nothing.tar"), "--force")
    assert not sending_held(), "nothing was touched"


@pytest.mark.django_db(transaction=True)
def test_backup_does_not_write_over_another_one_and_leaves_no_half(portal, tmp_path, monkeypatch):
    file = backed_up(tmp_path)
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(file))

    def fail(_target):
        raise CommandError("pg_dump failed")

    monkeypatch.setattr(archive, "dump", fail)
    with pytest.raises(CommandError, match="pg_dump failed"):
        call_command("backup", str(tmp_path / "second.tar"))
    assert sorted(p.name for p in tmp_path.glob("*.tar*")) == ["backup.tar"]


@pytest.mark.django_db
def test_release_sending_can_forget_what_went_out_before_the_restore(portal):
    hold_sending("restored")
    hold_sending("twice changes nothing")
    assert outbox.deliver_some() == 0
    out = io.StringIO()
    call_command("release_sending", "--look", stdout=out)
    assert "1 mails wait: ready_made\nSending is held.\n" in out.getvalue()
    assert release_sending(forget_waiting=True) == 1
    mail = OutboxMail.objects.get()
    assert (mail.status, bytes(mail.sealed_body)) == ("not_due", b"")
    assert not sending_held()


def test_programs_of_postgresql_that_are_missing_are_named(monkeypatch):
    monkeypatch.setattr(dumps.shutil, "which", lambda _name: None)
    monkeypatch.setattr(pathlib.Path, "glob", lambda _self, _pattern: iter(()))
    with pytest.raises(CommandError, match="pg_dump is missing"):
        dumps.tool("pg_dump")

"""A backup comes back on an empty machine row for row and file for file, and nothing is sent until a person says so."""

import datetime as dt
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
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from clusters.domain import delivery
from clusters.domain.delivery import deliver_webhooks, tell_webhooks
from clusters.domain.program import create_program
from clusters.domain.webhook import create_webhook, switch_on_webhook
from clusters.models import Webhook, WebhookDelivery
from inno4sports.core import clock, outbox
from inno4sports.core.forms import store_file
from inno4sports.core.holds import hold_sending, sending_held
from inno4sports.core.models import OutboxMail, StoredFile
from inno4sports.core.tasks import forget_lost_files
from inno4sports.keys import signing_key
from inno4sports.management import archive, dumps
from tests.factories import things
from tests.house.world import everything
from tests.ops.contents import differing, digests
from tests.ops.portal import ROOT, environment

READ_BACK = """
import django, hashlib, json, pathlib
django.setup()
from django.conf import settings
from inno4sports.core import outbox
from inno4sports.core.models import OutboxMail, StoredFile
from inno4sports.management.dumps import count_rows
from tests.ops.contents import digests
contents = digests()
print(json.dumps({
    "contents": contents, "sent": outbox.deliver_some(), "mails": len(list(settings.MAIL_DIR.glob("*"))), "rows": count_rows(),
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
    everything(portal, tmp_path)
    file, rows, contents = backed_up(tmp_path), dumps.count_rows(), digests()
    assert sum(map(bool, rows.values())) > 35, "there is something in most tables"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = manage(empty_machine, "manage.py", "restore", str(file))
    assert "Sending is held" in done.stdout, done.stderr

    found = json.loads(manage(empty_machine, "-c", READ_BACK).stdout)
    assert (found["sent"], found["mails"]) == (0, 0), "old mail stays"
    assert found["rows"].pop("core_hold") == rows.pop("core_hold") + 1
    assert found["rows"] == rows
    assert {name.removesuffix("_id_seq") for name in differing(found["contents"], contents)} == {"core_hold", "counter core_hold"}
    kept = {stored.name: pathlib.Path(stored.content.path).read_bytes() for stored in StoredFile.objects.all()}
    assert found["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in kept.items()}
    assert (found["key"], found["mode"]) == (settings.SECRET_KEY, "0o100600"), "links in mails and sealed mails work on"
    assert found["signs"] == settings.IDP_OIDC_PRIVATE_KEY.strip(), "and so do the tokens of programs"

    assert "This portal is in use (9 people)" in manage(empty_machine, "manage.py", "restore", str(file)).stderr
    assert "Restored" in manage(empty_machine, "manage.py", "restore", str(file), "--force").stdout
    assert "1 mails wait: ready_made" in manage(empty_machine, "manage.py", "release_sending").stdout
    found = json.loads(manage(empty_machine, "-c", READ_BACK).stdout)
    assert (found["sent"], found["mails"]) == (1, 1), "released, and the sealed mail could be opened"


@pytest.mark.django_db(transaction=True)
def test_restore_says_which_keys_of_the_environment_are_others(portal, empty_machine, tmp_path, settings):
    file = backed_up(tmp_path)
    others = {"SECRET_KEY": "another " * 8, "IDP_OIDC_PRIVATE_KEY": signing_key().replace("\n", "\\n")}
    said = manage({**empty_machine, **others}, "manage.py", "restore", str(file)).stdout
    assert "SECRET_KEY of the environment is not that of the backup, which is now in DATA_DIR/secret_key: " in said
    assert "IDP_OIDC_PRIVATE_KEY of the environment is not that of the backup, which is now in DATA_DIR/oidc_key.pem: " in said
    again = manage({**empty_machine, **others}, "manage.py", "restore", str(file), "--force").stdout
    assert again.count("of the environment is not that of the backup") == 2, "as long as it is so"

    same = {"SECRET_KEY": settings.SECRET_KEY, "IDP_OIDC_PRIVATE_KEY": settings.IDP_OIDC_PRIVATE_KEY.strip().replace("\n", "\\n")}
    for named in (same, {}):
        said = manage({**empty_machine, **named}, "manage.py", "restore", str(file), "--force").stdout
        assert "Sending is held" in said
        assert "_KEY" not in said


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


def members(file):
    with tarfile.open(file) as tar:
        return {name.removeprefix("media/") for name in tar.getnames() if name.startswith("media/")}


@pytest.fixture
def lost_between_listing_and_opening(portal, monkeypatch):
    """A file goes when it has been listed and before it is opened; answers a function that says which."""

    def lose(name):
        opened = default_storage.open

        def open_late(asked, *more):
            if asked == name:
                default_storage.delete(name)
            return opened(asked, *more)

        monkeypatch.setattr(default_storage, "open", open_late)

    return lose


@pytest.mark.django_db(transaction=True)
def test_backup_goes_on_when_a_file_vanishes_that_nothing_names(portal, tmp_path, lost_between_listing_and_opening):
    lost = default_storage.save("00/" + "0" * 32, ContentFile(b"an act that failed left it"))
    lost_between_listing_and_opening(lost)
    assert members(backed_up(tmp_path)) == {StoredFile.objects.get().content.name}


@pytest.mark.django_db(transaction=True)
def test_backup_says_so_when_a_file_vanishes_that_is_named(portal, tmp_path, lost_between_listing_and_opening):
    name = StoredFile.objects.get().content.name
    lost_between_listing_and_opening(name)
    with pytest.raises(CommandError, match=f"{name} is missing"):
        backed_up(tmp_path)
    assert not list(tmp_path.glob("*.tar*"))


@pytest.mark.django_db(transaction=True)
def test_backup_holds_each_file_that_its_database_names(portal, tmp_path, monkeypatch):
    """Also one that is deleted, or comes, while the backup runs."""
    old, dump, kept = StoredFile.objects.get(), archive.dump, []

    def dump_meanwhile(target):
        content = ContentFile(b"%PDF-1.4 later\n", name="later.pdf")
        content.media_type = "application/pdf"
        store_file(content, portal.north, by=portal.ben_acts)
        kept.extend(StoredFile.objects.values_list("content", flat=True))
        rows = dump(target)
        StoredFile.objects.filter(pk=old.pk).delete()
        with clock.at(clock.now() + dt.timedelta(days=2)):
            assert forget_lost_files(before=clock.now() - dt.timedelta(days=1)) == 1
        return rows

    monkeypatch.setattr(archive, "dump", dump_meanwhile)
    assert members(backed_up(tmp_path)) == set(kept)
    assert len(kept) == 2


@pytest.mark.django_db
def test_release_sending_can_forget_what_went_out_before_the_restore(portal):
    hold_sending("restored")
    hold_sending("twice changes nothing")
    assert outbox.deliver_some() == 0
    assert release("--look") == "1 mails wait: ready_made\nSending is held.\n"
    assert "1 mails and 0 words to webhooks were forgotten" in release("--forget-waiting")
    mail = OutboxMail.objects.get()
    assert (mail.status, bytes(mail.sealed_body)) == ("not_due", b"")
    assert not sending_held()


def release(*options):
    out = io.StringIO()
    call_command("release_sending", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def hooks(portal):
    """One that works and one that is switched off; each is owed a word that is written and one that is not yet."""
    program = create_program(portal.north, by=portal.ben_acts, name="Site", role="manager", scopes=["learning:read"])
    made = [create_webhook(program, address=f"https://{name}.example/", kinds=["lessons"], by=portal.ben_acts) for name in ("works", "off")]
    things.lesson(portal.north, "shared")
    things.number_changes()
    tell_webhooks()
    Webhook.objects.filter(pk=made[1].pk).update(off_at=clock.now())
    things.lesson(portal.north, "shared")
    things.number_changes()
    return made


def states(hook):
    return sorted(hook.deliveries.values_list("status", flat=True))


@pytest.mark.django_db
def test_release_sending_shows_and_forgets_what_webhooks_are_owed(hooks, monkeypatch):
    called = []
    monkeypatch.setattr(delivery, "post", lambda address, *_said: called.append(address) or 204)
    works, off = hooks
    hold_sending("restored")
    WebhookDelivery.objects.filter(webhook=works).update(status="leased", lease_owner="a worker of then")
    assert "1 words to webhooks wait: https://works.example/\nSending is held.\n" in release("--look")
    assert "1 mails and 1 words to webhooks were forgotten" in release("--forget-waiting")
    assert states(works) == ["not_due"]
    tell_webhooks()
    assert (deliver_webhooks(), called) == (0, []), "and nothing that changed before is told later"
    switch_on_webhook(off, by=off.created_by)
    tell_webhooks()
    while deliver_webhooks():
        pass
    assert called == ["https://off.example/"] * 2, "what was off had told nothing: it is told of all that it missed"


@pytest.mark.django_db
def test_release_sending_lets_go_out_what_webhooks_are_owed(hooks, monkeypatch):
    called = []
    monkeypatch.setattr(delivery, "post", lambda address, *_said: called.append(address) or 204)
    hold_sending("restored")
    assert deliver_webhooks() == 0
    release()
    tell_webhooks()
    while deliver_webhooks():
        pass
    assert called == ["https://works.example/"] * 2


def test_programs_of_postgresql_that_are_missing_are_named(monkeypatch):
    monkeypatch.setattr(dumps.shutil, "which", lambda _name: None)
    monkeypatch.setattr(pathlib.Path, "glob", lambda _self, _pattern: iter(()))
    with pytest.raises(CommandError, match="pg_dump is missing"):
        dumps.tool("pg_dump")

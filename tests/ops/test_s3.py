"""Uploads in a bucket: kept, fetched, lost, backed up and restored as in a folder, and a bucket that is away."""

import datetime as dt
import io
import json
import pathlib
import socket
import subprocess
import sys
import uuid

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from actionplans.models import Action, ProgressReport
from inno4sports.core import clock
from inno4sports.core.bucket import Bucket
from inno4sports.core.files import FilesAway, stored_names
from inno4sports.core.forms import store_file
from inno4sports.core.models import StoredFile
from inno4sports.core.tasks import tidy_core
from tests.actionplans.conftest import lesson, plan, running  # noqa: F401 -- fixtures
from tests.actionplans.planning import LETTER, letter, signed_in
from tests.ops.machine import until
from tests.ops.portal import ROOT, environment, free_port
from tests.ops.test_backup import READ_BACK, backed_up, empty_machine, manage, portal  # noqa: F401 -- fixtures

KEYS = {"access_key": "a-key", "secret_key": "a/secret+key"}


def reachable(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def s3_address(tmp_path_factory):
    """An S3 server, a process of its own."""
    port, log = free_port(), tmp_path_factory.mktemp("s3") / "log"
    with log.open("wb") as out:
        server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], cwd=ROOT, stdout=out, stderr=out)
    until(lambda: reachable(port), 30, "the S3 server answers")
    yield f"http://127.0.0.1:{port}"
    server.kill()
    server.wait()


@pytest.fixture
def s3(s3_address):
    """What an operator looks at the server with."""
    client = boto3.client("s3", endpoint_url=s3_address, region_name="us-east-1", aws_access_key_id="operator", aws_secret_access_key="operator")
    yield client
    client.close()


@pytest.fixture
def keep_in(settings):
    """Say where uploads are kept from now on."""

    def keep(address, name):
        options = {"bucket_name": name, "endpoint_url": address, "region_name": "us-east-1", **KEYS}
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "inno4sports.core.bucket.Bucket", "OPTIONS": options}}

    return keep


def new_bucket(s3):
    name = f"portal-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def bucket(s3, s3_address, keep_in):
    """The portal keeps its uploads here."""
    name = new_bucket(s3)
    keep_in(s3_address, name)
    return name


def objects(s3, bucket):
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def report(**more):
    day = clock.today().isoformat()
    form = {"state": "completed", "text": "Lamps were bought.", "period_from": day, "period_to": day, "upload": letter("count.pdf")}
    return form | {"once": str(uuid.uuid4())} | more


def settings_of(address, name):
    return {"S3_BUCKET": name, "S3_ENDPOINT": address, "S3_ACCESS_KEY": KEYS["access_key"], "S3_SECRET_KEY": KEYS["secret_key"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("restored_to", ["bucket", "folder"])
def test_upload_lives_in_the_bucket_from_the_form_to_the_restored_portal(
    bucket, portal, running, people, client, s3, s3_address, empty_machine, tmp_path, settings, restored_to  # noqa: F811 -- fixtures
):  # fmt: skip
    # Sent by the form: it lies in the bucket, for nobody but its owner, and nowhere else.
    assert signed_in(client, people.ana).post(f"/action-plans/{running.slug}/actions/1/report/", report()).status_code == 302
    stored = StoredFile.objects.get(thing_kind="actionplans.progressreport")
    assert objects(s3, bucket)[stored.content.name] == LETTER
    assert [grant["Permission"] for grant in s3.get_object_acl(Bucket=bucket, Key=stored.content.name)["Grants"]] == ["FULL_CONTROL"]
    assert not list(pathlib.Path(settings.MEDIA_ROOT).glob("??/*"))

    # Fetched by who may, through the portal alone.
    for address in (f"/files/{stored.public_id}/", f"/api/v1/files/{stored.public_id}/"):
        for who in (people.carla, people.edda):
            answer = signed_in(client, who).get(address)
            assert (b"".join(answer.streaming_content), answer["Content-Length"]) == (LETTER, str(len(LETTER)))
            assert answer["Content-Disposition"] == 'attachment; filename="count.pdf"'
            about = client.head(address)
            assert (b"".join(about.streaming_content), about["Content-Length"]) == (b"", str(len(LETTER)))
        for who in (people.stranger, people.ari):
            assert signed_in(client, who).get(address).status_code == 404
    with pytest.raises(ValueError, match="the portal alone"):
        _address = stored.content.url

    # Lost (its act failed): forgotten after a day. What others put there is theirs.
    lost = default_storage.save(f"ab/ab{uuid.uuid4().hex[2:]}", ContentFile(LETTER))
    s3.put_object(Bucket=bucket, Key="ab/readme.txt", Body=b"not ours")
    tidy_core()
    assert lost in objects(s3, bucket)
    with clock.at(clock.now() + dt.timedelta(days=2)):
        tidy_core()
    left = objects(s3, bucket)
    ours = set(StoredFile.objects.values_list("content", flat=True))
    assert set(left) == {*ours, "ab/readme.txt"}
    assert len(ours) == 3

    # Backed up, and restored on an empty machine into what that one keeps its uploads in.
    file, other = backed_up(tmp_path), new_bucket(s3)
    there = {**empty_machine, **(settings_of(s3_address, other) if restored_to == "bucket" else {})}
    for more in ([], ["--force"]):
        assert "Sending is held" in manage(there, "manage.py", "restore", str(file), *more).stdout
    assert json.loads(manage(there, "-c", READ_BACK).stdout)["files"] == dict(StoredFile.objects.values_list("name", "sha256"))
    folder = pathlib.Path(there["DATA_DIR"], "media")
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    if restored_to == "bucket":
        assert not found
        found = objects(s3, other)
    assert found == {name: left[name] for name in ours}, "the same names, also after the second time"


@pytest.mark.django_db
def test_object_is_sent_in_one_request_so_that_no_half_of_it_stays(bucket, people, s3):
    content = ContentFile(b"%PDF-1.4\n" + b"x" * 9 * 2**20, name="long.pdf")
    content.media_type = "application/pdf"
    stored = store_file(content, people.north, by=people.ben_acts)
    head = s3.head_object(Bucket=bucket, Key=stored.content.name)
    assert head["ContentLength"] == stored.size
    assert "-" not in head["ETag"], "an object in parts tells their number there"
    with stored.content.open("rb") as file:
        assert (file.read(9), file.file.seekable()) == (b"%PDF-1.4\n", False)
    with pytest.raises(ValueError, match="saved whole"):
        default_storage.open(stored.content.name, "wb")


@pytest.mark.django_db
def test_object_that_is_missing_is_missing_as_in_a_folder(bucket, people, running, client, s3):  # noqa: F811 -- fixture
    stored = StoredFile.objects.get()
    s3.delete_object(Bucket=bucket, Key=stored.content.name)
    signed_in(client, people.carla)
    assert client.get(f"/api/v1/files/{stored.public_id}/").status_code == 404
    with pytest.raises(FileNotFoundError):
        client.get(f"/files/{stored.public_id}/")
    assert list(stored_names()) == []


@pytest.fixture(params=["nobody listens", "it hangs", "it refuses"])
def away(request, bucket, running, keep_in, s3_address, monkeypatch):  # noqa: F811 -- fixture
    """From now on the bucket is away; called, it is back."""
    monkeypatch.setattr(Bucket, "patience", {"connect_timeout": 1, "read_timeout": 0.2})
    silent = socket.create_server(("127.0.0.1", 0))
    addresses = {
        "nobody listens": (f"http://127.0.0.1:{free_port()}", bucket),
        "it hangs": (f"http://127.0.0.1:{silent.getsockname()[1]}", bucket),
        "it refuses": (s3_address, "there-is-no-such-bucket"),
    }
    keep_in(*addresses[request.param])
    yield lambda: keep_in(s3_address, bucket)
    silent.close()


@pytest.mark.django_db
def test_upload_while_the_bucket_is_away_leaves_nothing_half_and_the_same_form_goes_through_later(away, bucket, running, people, s3):  # noqa: F811
    client = signed_in(Client(raise_request_exception=False), people.ana)
    before, form, address = objects(s3, bucket), report(), f"/action-plans/{running.slug}/actions/1/report/"
    answer = client.post(address, form)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "Lamps were bought." in answer.content.decode(), "what was typed is shown back"
    assert not ProgressReport.objects.exists()
    assert StoredFile.objects.count() == 1
    assert objects(s3, bucket) == before
    away()
    for _click in range(2):
        assert client.post(address, form | {"upload": letter("count.pdf")}).status_code == 302
    assert ProgressReport.objects.count() == 1
    assert len(objects(s3, bucket)) == len(before) + 1


@pytest.mark.django_db
def test_download_while_the_bucket_is_away_says_when_to_come_back(away, running, people):  # noqa: F811 -- fixture
    client, stored = signed_in(Client(raise_request_exception=False), people.carla), StoredFile.objects.get()
    for address in (f"/files/{stored.public_id}/", f"/api/v1/files/{stored.public_id}/"):
        for ask in (client.get, client.head):
            answer = ask(address)
            assert (answer.status_code, answer["Retry-After"]) == (503, "10")
            assert "Content-Disposition" not in answer
    assert client.get(address).json()["type"] == "urn:inno4sports:problem:unavailable"
    away()
    assert b"".join(client.get(address).streaming_content) == LETTER


@pytest.mark.django_db
def test_program_that_uploads_while_the_bucket_is_away_is_told_to_send_it_again(away, running, people):  # noqa: F811 -- fixture
    client, day, action = signed_in(Client(raise_request_exception=False), people.ana), clock.today().isoformat(), Action.objects.get()
    told = {"step": "report_progress", "state": "completed", "period_from": day, "period_to": day, "text": "Three are lit."}
    address = f"/api/v1/actions/{action.public_id}/steps/"
    tag = client.get(f"/api/v1/actions/{action.public_id}/")["ETag"]

    def send():
        return client.post(address, told | {"upload": letter()}, headers={"If-Match": tag, "Idempotency-Key": "one"})

    answer = send()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10"), answer.content
    assert not ProgressReport.objects.exists()
    away()
    assert send().status_code < 300
    assert ProgressReport.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_backup_and_restore_while_the_bucket_is_away_say_so_and_change_nothing(bucket, portal, keep_in, tmp_path):  # noqa: F811 -- fixture
    file = backed_up(tmp_path)
    keep_in(f"http://127.0.0.1:{free_port()}", bucket)
    StoredFile.objects.update(name="another.pdf")
    with pytest.raises(CommandError, match="The bucket cannot be used"):
        call_command("backup", str(tmp_path / "second.tar"))
    assert [path.name for path in tmp_path.glob("*.tar*")] == ["backup.tar"]
    with pytest.raises(CommandError, match="The bucket cannot be used"):
        call_command("restore", str(file), "--force", stdout=io.StringIO())
    assert StoredFile.objects.get().name == "another.pdf", "the database is as it was"


@pytest.mark.django_db
def test_object_that_breaks_off_while_it_arrives_is_an_error(bucket, running):  # noqa: F811 -- fixture
    with default_storage.open(StoredFile.objects.get().content.name) as file:
        file.body._raw_stream.close()
        file.body._content_length = 2**20
        with pytest.raises(FilesAway):
            file.read()


def test_bucket_without_its_keys_is_refused(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import inno4sports.settings"],
        cwd=ROOT, env=environment(tmp_path, 8000, S3_BUCKET="portal"), capture_output=True, text=True,
    )  # fmt: skip
    assert "Set the S3_ACCESS_KEY environment variable" in done.stderr

"""A backup is one tar file that only its owner reads: database, media, secrets, and a manifest with the checksum of each."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from inno4sports.core import clock
from inno4sports.core.files import stored_names
from inno4sports.core.models import StoredFile

from .dumps import dump, dump_name

FORMAT = 1
MANIFEST = "manifest.json"


class Hashed(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def write(target: Path, folder: Path) -> dict[str, Any]:
    """Write the backup, using `folder` for the moment; answers its manifest. `target` is there whole or not at all."""
    part = target.with_name(target.name + ".part")
    files: dict[str, dict[str, Any]] = {}
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
            # Before the database, for a file may go with its row, and after it, for others have come: so it names none that is not here.
            add_media(tar, files)
            database = folder / dump_name()
            rows = dump(database)
            for name, path in [(dump_name(), database), *secrets(folder)]:
                add(tar, name, File(path.open("rb")), files)
            add_media(tar, files)
            manifest = {
                "format": FORMAT,
                "made_at": clock.now().isoformat(),
                "database": connection.vendor,
                "migrations": sorted(map(list, MigrationRecorder(connection).applied_migrations())),
                "rows": rows,
                "files": files,
            }
            text = json.dumps(manifest, indent=1).encode()
            about = tarfile.TarInfo(MANIFEST)
            about.size, about.mode = len(text), 0o600
            tar.addfile(about, io.BytesIO(text))
            tar.close()
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def add(tar: tarfile.TarFile, name: str, file: File, files: dict[str, dict[str, Any]]) -> None:
    with file:
        about = tarfile.TarInfo(name)
        about.size, about.mode, about.mtime = file.size, 0o600, int(clock.now().timestamp())
        hashed = Hashed(file)
        tar.addfile(about, hashed)
        files[name] = {"size": about.size, "sha256": hashed.digest.hexdigest()}


def add_media(tar: tarfile.TarFile, files: dict[str, dict[str, Any]]) -> None:
    """Every upload that is not in it yet. What vanishes while we look and is named by no row any more was lost or deleted: it is left out."""
    for name in media():
        if (member := f"media/{name}") in files:
            continue
        try:
            add(tar, member, default_storage.open(name), files)
        except FileNotFoundError as error:
            if StoredFile.objects.filter(content=name).exists():
                raise CommandError(f"The file {name} is missing, and the database names it: without it there is no whole backup.") from error


def media() -> Iterator[str]:
    """The names of all uploads, wherever they are kept."""
    return chain.from_iterable(stored_names())


def secrets(folder: Path) -> Iterator[tuple[str, Path]]:
    """The keys in force, wherever they come from: links, sealed mails and programs' tokens need them; and the demo's password."""
    for name, text in (("secret_key", settings.SECRET_KEY), ("oidc_key.pem", settings.IDP_OIDC_PRIVATE_KEY)):
        kept = folder / name
        kept.touch(mode=0o600)
        kept.write_text(text)
        yield f"secrets/{name}", kept
    if (password := settings.DATA_DIR / "demo_password").is_file():
        yield "secrets/demo_password", password


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack into `folder` and compare every checksum; answers the manifest. CommandError for anything that is not as written."""
    found: dict[str, dict[str, Any]] = {}
    try:
        with tarfile.open(source, mode="r:") as tar:
            for member in tar:
                found[member.name] = unpack_one(tar, member, folder)
    except (OSError, tarfile.TarError) as error:
        raise CommandError(f"{source} cannot be read as a backup: {error}") from error
    if found.pop(MANIFEST, None) is None:
        raise CommandError(f"{source} is no whole backup: its manifest is missing.")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    if manifest.get("format") != FORMAT:
        raise CommandError(f"{source} has format {manifest.get('format')}, this portal reads {FORMAT}.")
    wrong = sorted(name for name in manifest["files"].keys() | found.keys() if manifest["files"].get(name) != found.get(name))
    if wrong:
        raise CommandError(f"{source} is damaged: {', '.join(wrong[:5])} is not what the manifest says.")
    return manifest


def unpack_one(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> dict[str, Any]:
    """Write one plain file below `folder`; nothing else may be in a backup."""
    name, content = PurePosixPath(member.name), tar.extractfile(member)
    if not member.isreg() or content is None or name.is_absolute() or ".." in name.parts:
        raise CommandError(f"A backup holds plain files only, not {member.name}.")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with content, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
    return {"size": member.size, "sha256": digest.hexdigest()}


def place_media(folder: Path) -> None:
    """Store the media of an unpacked backup under the names that its rows know; what is there under other names stays."""
    for path in sorted((folder / "media").rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                default_storage.save(path.relative_to(folder / "media").as_posix(), File(file))
            path.unlink()


# The file of a key in a backup and in DATA_DIR, the setting by which the environment may name another one, and what a restored portal needs it for.
KEYS = (
    ("secret_key", "SECRET_KEY", "links in mails that went out, sessions, sealed mails and the secrets of webhooks"),
    ("oidc_key.pem", "IDP_OIDC_PRIVATE_KEY", "the tokens of programs and whoever checks them"),
)


def place_secrets(folder: Path, say: Callable[[str], None]) -> None:
    """Move the secrets of an unpacked backup to where they belong; say which of them the environment overrules."""
    for path in sorted((folder / "secrets").iterdir()):
        path.replace(settings.DATA_DIR / path.name)
    for name, setting, need in KEYS:
        kept = settings.DATA_DIR / name
        if os.environ.get(setting) and kept.exists() and kept.read_text().strip() != getattr(settings, setting).strip():
            say(f"{setting} of the environment is not that of the backup, which is now in DATA_DIR/{name}: {need} need that one.")
            say(f"Write it into {setting} before the portal starts.")

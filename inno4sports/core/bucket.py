"""Files as objects in an S3 bucket. Only the storage setting names this module: boto3 is not imported without it."""

import functools
from collections.abc import Callable
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from storages.backends.s3 import S3Storage

from .files import FilesAway


def named(method: Callable[..., Any]) -> Callable[..., Any]:
    """Whatever goes wrong between us and the bucket is FilesAway."""

    @functools.wraps(method)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except (BotoCoreError, ClientError, Boto3Error) as error:
            raise FilesAway(f"The bucket cannot be used: {error}") from error

    return wrapped


class ReadObject(File):
    """An object while it arrives: read once, from its beginning, never whole in memory."""

    def __init__(self, name: str, answer: dict[str, Any]) -> None:
        super().__init__(answer["Body"], name)
        self.body, self.size = answer["Body"], answer["ContentLength"]

    @named
    def read(self, size: int | None = None) -> bytes:
        content: bytes = self.body.read(size)
        return content


class Bucket(S3Storage):
    """Each file is one object, under the name that a folder would give it. Nobody gets an address: our view asks who may."""

    # In seconds, twice at most: a person waits, and an act holds its rows.
    patience = {"connect_timeout": 3, "read_timeout": 10}

    def __init__(self, **options: Any) -> None:
        config = Config(
            **self.patience,
            retries={"mode": "standard", "total_max_attempts": 2},
            # A server that is not Amazon's has no name for each bucket, and may not know the newer checksums.
            s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # One request a file, never in parts: so it is there whole or not at all.
        transfer = TransferConfig(multipart_threshold=2 * settings.UPLOAD_MAX_BYTES, use_threads=False)
        super().__init__(client_config=config, transfer_config=transfer, file_overwrite=True, default_acl=None, **options)

    @named
    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("Objects are read, or saved whole.")
        try:
            return ReadObject(name, self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=name))
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise FileNotFoundError(f"{name} is not in the bucket {self.bucket_name}") from error
            raise

    def url(self, *_args: Any, **_kwargs: Any) -> str:
        raise ValueError("Files are served by the portal alone.")

    _save = named(S3Storage._save)
    delete = named(S3Storage.delete)
    exists = named(S3Storage.exists)
    listdir = named(S3Storage.listdir)
    size = named(S3Storage.size)
    get_modified_time = named(S3Storage.get_modified_time)

"""What lies in the store of files, wherever that is: a folder, or a bucket (docs/adr/0027)."""

import re
from collections.abc import Iterator

from django.core.files.storage import default_storage

# As models.record.stored_file_path makes them; whatever else lies there is somebody else's.
OURS = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")


class FilesAway(Exception):
    """The store does not answer, or refuses. It is not the reader's fault, and may go by: pages say 503, as for the database."""


def stored_names() -> Iterator[list[str]]:
    """The name of every file that is kept, a folder at a time."""
    try:
        folders = default_storage.listdir("")[0]
    except FileNotFoundError:  # nothing was uploaded yet
        return
    for folder in sorted(folders):
        yield sorted(filter(OURS.fullmatch, (f"{folder}/{name}" for name in default_storage.listdir(folder)[1])))

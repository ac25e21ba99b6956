"""The door for WSGI servers: `inno4sports.wsgi:application`."""

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inno4sports.settings")
portal = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The portal; HEAD is answered with the head alone, which Django leaves to the server and gunicorn to us."""
    body = portal(environ, start_response)
    if environ["REQUEST_METHOD"] != "HEAD":
        return body
    body.close()
    return []


# What start-up made stays for good: looking through it for garbage again and again took a fifth of a page's time (docs/performance.md).
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)

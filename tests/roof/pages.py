"""How these tests sign in and count queries."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def as_person(client, user):
    client.logout()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")


def queries(client, url) -> int:
    """How many queries the page takes, through render; the session of the sign-in has been read before."""
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)

"""What the tests of plans share: a letter to upload, a client signed in."""

from django.core.files.uploadedfile import SimpleUploadedFile

LETTER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def letter(name="letter.pdf"):
    return SimpleUploadedFile(name, LETTER, content_type="application/pdf")


def signed_in(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client

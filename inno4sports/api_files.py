"""Stored files for programs: the page's check, signed in by token as well as by session."""

from typing import Any

from django.http import FileResponse
from rest_framework.request import Request

from inno4sports.core.api.problems import Problem
from inno4sports.core.api.view import ApiView
from inno4sports.core.http import file_response
from inno4sports.core.models import StoredFile
from inno4sports.views import visible_file


class File(ApiView):
    """The bytes as they were uploaded, as an attachment. Whatever Accept says: a file has one form."""

    closed = True
    stored: StoredFile

    def perform_content_negotiation(self, request: Request, force: bool = True) -> Any:
        return super().perform_content_negotiation(request, force)

    def check_scope(self, request: Request) -> None:
        """The rights for a file are those for the thing it belongs to."""
        self.stored = visible_file(request.user, self.kwargs["public_id"])
        self.scope = self.stored.thing_kind.partition(".")[0]
        super().check_scope(request)

    def get(self, _request: Request, **_kwargs: Any) -> FileResponse:
        try:
            return file_response(self.stored)
        except FileNotFoundError as error:
            raise Problem("not-found") from error

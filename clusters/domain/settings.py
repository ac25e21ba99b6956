"""What a person says about the own account; and what the administrator says about persons."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied

from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.lifecycle import Conflict
from inno4sports.core.models import Actor
from inno4sports.core.permissions import allowed

from ..models import Topic, User


def edit_settings(
    user: User,
    *,
    name: str,
    language: str,
    timezone: str,
    theme: str,
    digest: str,
    digest_hour: int,
    topics: Iterable[Topic],
    by: Actor,
    version: int | None = None,
) -> User:
    """Change the own settings; nobody changes another's. Raises PermissionDenied and Conflict."""
    if by.user_id != user.pk or not allowed(by, "clusters.edit_settings", user):
        raise PermissionDenied("clusters.edit_settings")
    with acting():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if version is not None and version != locked.version:
            raise Conflict(locked)  # type: ignore[arg-type]  # a user has a version as a thing has
        locked.name, locked.language, locked.timezone, locked.theme = name, language, timezone, theme
        locked.digest, locked.digest_hour = digest, digest_hour
        locked.version += 1
        locked.save()
        locked.topics.set(topics)
        # The history shows names as they were when somebody acted last: the actor follows the person.
        Actor.objects.filter(user=locked).update(name=name)
        user.refresh_from_db()
    return user


def appoint(user: User, *, editor: bool, coordinator: bool, administrator: bool, active: bool, by: Actor) -> User:
    """Give and take the roles that only an administrator gives; the moment of the first appointment is kept.

    Raises PermissionDenied. Nobody takes the administration or the account from themselves.
    """
    if not allowed(by, "clusters.appoint_manager"):
        raise PermissionDenied("clusters.appoint_manager")
    if by.user_id == user.pk and not (administrator and active):
        raise PermissionDenied("clusters.appoint_manager")
    with acting():
        locked = User.objects.select_for_update().get(pk=user.pk)
        locked.editor_at = (locked.editor_at or clock.now()) if editor else None
        locked.coordinator_at = (locked.coordinator_at or clock.now()) if coordinator else None
        locked.is_staff, locked.is_active = administrator, active
        locked.version += 1
        locked.save()
        user.refresh_from_db()
    return user

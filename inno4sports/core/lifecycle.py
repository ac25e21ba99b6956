"""Lifecycles as tables: the check, the buttons, the history verb, the diagram and the test matrix all come from one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import clock
from .acts import acting
from .history import VERBS, record
from .models import Actor, HistoryEvent, Thing
from .permissions import allowed

T = TypeVar("T", bound=Thing)


class WrongState(Exception):
    """The step is not open in the thing's present state; `reason` is a sentence for the reader."""

    def __init__(self, reason: str | Promise, thing: Thing | None = None) -> None:
        super().__init__(str(reason))
        self.reason, self.thing = reason, thing


class Conflict(Exception):
    """The thing was changed since the caller read it; `thing` is the version that stands."""

    def __init__(self, thing: Thing) -> None:
        super().__init__("another version stands")
        self.thing = thing


@dataclass(frozen=True)
class Step:
    """One row of a lifecycle table. `name` is at once act, permission and history verb."""

    name: str
    sources: tuple[str, ...]
    target: str | None
    label: str | Promise
    verb: str | Promise
    stamp: str = ""
    danger: bool = False
    form: bool = False  # the step needs a page of its own to be filled in
    confirm: str | Promise = ""


@dataclass(frozen=True)
class Lifecycle:
    """All steps of one model; `app` is the namespace of its permissions."""

    app: str
    model: str
    initial: str
    tones: dict[str, str]
    steps: tuple[Step, ...]
    by_name: dict[str, Step] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {step.name: step for step in self.steps})
        VERBS.update({step.name: step.verb for step in self.steps})
        LIFECYCLES[f"{self.app}.{self.model}".lower()] = self

    def permission(self, step: str) -> str:
        return f"{self.app}.{step}"


LIFECYCLES: dict[str, Lifecycle] = {}


def lifecycle_of(thing: Thing) -> Lifecycle:
    return LIFECYCLES[thing.kind]


class Lived:
    """Mixin of a model with a lifecycle: the tone of its pill comes from the table."""

    status: str
    kind: str

    @property
    def status_tone(self) -> str:
        return LIFECYCLES[self.kind].tones.get(self.status, "")


@contextmanager
def changing(thing: T, permission: str, *, by: Actor, version: int | None = None) -> Iterator[T]:
    """Lock `thing`, compare `version`, ask `permission`; on leaving save it under the next version.

    The caller's object follows what was saved. Raises Conflict, PermissionDenied. The caller records the history.
    """
    with acting():
        locked = type(thing)._base_manager.select_for_update(of=("self",)).get(pk=thing.pk)
        if not allowed(by, permission, locked):
            raise PermissionDenied(permission)
        if version is not None and version != locked.version:
            raise Conflict(locked)
        yield locked
        save_changed(locked, by)
        thing.refresh_from_db()


def save_changed(thing: Thing, by: Actor) -> None:
    """Save under the next version, saying who and when."""
    thing.version += 1
    thing.changed_at, thing.changed_by = clock.now(), by
    thing.save()


@contextmanager
def taking(thing: T, name: str, *, by: Actor, version: int | None = None, note: str = "") -> Iterator[tuple[T, HistoryEvent]]:
    """Take the step `name` of the thing's lifecycle; yields the locked thing and the event that tells of it.

    Order: lock, permission, state, version, the caller's own checks and changes, save. Raises WrongState, Conflict,
    PermissionDenied, each before anything is written.
    """
    cycle = lifecycle_of(thing)
    step = cycle.by_name[name]
    with acting():
        locked = type(thing)._base_manager.select_for_update(of=("self",)).get(pk=thing.pk)
        if not allowed(by, cycle.permission(name), locked):
            raise PermissionDenied(cycle.permission(name))
        check_state(locked, step)
        if version is not None and version != locked.version:
            raise Conflict(locked)
        if step.target is not None:
            locked.status = step.target  # type: ignore[attr-defined]  # a thing with a lifecycle has a status
        if step.stamp:
            setattr(locked, f"{step.stamp}_at", clock.now())
            setattr(locked, f"{step.stamp}_by", by)
        event = record(locked, name, by=by, note=note)
        yield locked, event
        save_changed(locked, by)
        reindex(locked)
        thing.refresh_from_db()


def check_state(thing: Thing, step: Step) -> None:
    """Raises WrongState with a sentence that names the present state."""
    if thing.status not in step.sources:  # type: ignore[attr-defined]  # a thing with a lifecycle has a status
        status = thing.get_status_display()  # type: ignore[attr-defined]
        raise WrongState(_("Its state is now: %(status)s. This step begins from another one.") % {"status": status}, thing)


def check_step(thing: Thing, name: str, who: object) -> None:
    """For views that show a step's form first: raises Http404, PermissionDenied, WrongState as the act would."""
    cycle = lifecycle_of(thing)
    if name not in cycle.by_name:
        raise Http404
    if not allowed(who, cycle.permission(name), thing):
        raise PermissionDenied(cycle.permission(name))
    check_state(thing, cycle.by_name[name])


@dataclass(frozen=True)
class OpenStep:
    """A button: a step that this person may take on this thing now."""

    name: str
    label: str | Promise
    url: str
    open: bool = True
    reason: str | Promise = ""
    danger: bool = False
    form: bool = False
    confirm: str | Promise = ""
    primary: bool = False


def steps_open_to(thing: Thing, who: object) -> list[OpenStep]:
    """The steps that `who` (a user or an actor) may take in the present state, in the table's order; the first is primary."""
    from django.urls import reverse

    cycle = lifecycle_of(thing)
    found: list[OpenStep] = []
    for step in cycle.steps:
        if thing.status in step.sources and allowed(who, cycle.permission(step.name), thing):  # type: ignore[attr-defined]
            url = reverse(f"{cycle.app}:{cycle.model.lower()}_step", args=[thing.slug, step.name])
            found.append(
                OpenStep(step.name, step.label, url, danger=step.danger, form=step.form, confirm=step.confirm, primary=not found and not step.danger)
            )
    return found


def reindex(thing: Thing) -> None:
    from .search import reindex as index

    index(thing)

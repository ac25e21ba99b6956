"""Buttons of the lifecycles: a step that would be refused says so beside itself."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.functional import Promise

from inno4sports.core.lifecycle import OpenStep


def with_reasons(steps: Iterable[OpenStep], **reasons: str | Promise) -> list[OpenStep]:
    """`steps`; those named in `reasons` with a sentence are shown closed, with it."""
    return [replace(step, open=False, reason=reasons[step.name]) if reasons.get(step.name) else step for step in steps]

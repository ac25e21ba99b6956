"""`manage.py draw_lifecycles`: writes docs/lifecycles.md, one state diagram for each lifecycle, from the tables in `states.py`."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.text import capfirst

from inno4sports.core.lifecycle import LIFECYCLES, Lifecycle

PAGE = settings.BASE_DIR / "docs" / "lifecycles.md"
HEAD = """# Lifecycles

Written by `manage.py draw_lifecycles` from the tables in `<app>/states.py`; a test says when it is no longer current. Arrows carry
what stands on the button. Who may take a step is in [permissions.md](permissions.md), under the name in the list.
"""
ORDER = ("clusters", "learning", "actionplans", "dissemination")


class Command(BaseCommand):
    help = "Writes docs/lifecycles.md: one state diagram for each lifecycle."

    def handle(self, *_args: Any, **_options: Any) -> None:
        PAGE.write_text(page(), encoding="utf-8")
        self.stdout.write(f"{PAGE.relative_to(settings.BASE_DIR)}: {len(LIFECYCLES)} lifecycles.")


def page() -> str:
    """The whole page, in English whoever asks."""
    with translation.override("en"):
        cycles = sorted(LIFECYCLES.values(), key=lambda cycle: ORDER.index(cycle.app))
        return HEAD + "".join(f"\n{section}" for section in map(_section, cycles))


def _section(cycle: Lifecycle) -> str:
    model = apps.get_model(cycle.app, cycle.model)
    return "\n".join(
        [
            f"## {capfirst(str(model._meta.verbose_name))}",
            "",
            f"`{cycle.app}.{model.__name__}`",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *(f"    {line}" for line in _diagram(cycle, dict(model._meta.get_field("status").flatchoices))),
            "```",
            "",
            *(f"* `{step.name}`: {step.label}" for step in cycle.steps),
            "",
        ]
    )


def _diagram(cycle: Lifecycle, words: dict[Any, Any]) -> Iterator[str]:
    for state in cycle.tones:
        if str(words[state]) != state:
            yield f"{state} : {words[state]}"
    yield f"[*] --> {cycle.initial}"
    for step in cycle.steps:
        for source in step.sources:
            yield f"{source} --> {step.target or source} : {step.label}"

"""The evidence panel: “Where this came from” and “What it led to”, on every object's page; and the full course line."""

from typing import Any

from django import template
from django.utils.translation import gettext

from dissemination.evidence import Trail, course_of, trail

register = template.Library()


def _trail(context: dict[str, Any], thing: Any) -> Trail:
    """The trail for this reader, read once a page."""
    kept = context.render_context
    key = ("trail", thing.kind, thing.pk)
    if key not in kept.dicts[0]:
        kept.dicts[0][key] = trail(thing, context["request"].user)
    return kept.dicts[0][key]


@register.inclusion_tag("dissemination/_evidence_panel.html", takes_context=True)
def evidence_panel(context: dict[str, Any], thing: Any) -> dict[str, Any]:
    found = _trail(context, thing)
    return {
        "came_from": found.came_from,
        "led_to": found.led_to,
        "closed": not_open(context),
        "begins": gettext("The thread begins here."),
        "ends": gettext("The thread ends here, until a region takes it up."),
    }


@register.simple_tag(takes_context=True)
def not_open(context: dict[str, Any]) -> str:
    """What stands for a thing that is not shown: to people of the network some things are closed too."""
    user = context["request"].user
    return gettext("Not open to you") if user.is_authenticated and user.in_network else gettext("Seen by the network")


@register.inclusion_tag("components/course.html", takes_context=True)
def thread_course(context: dict[str, Any], thing: Any) -> dict[str, Any]:
    from inno4sports.core.templatetags.portal import course

    return course(course_of(thing, _trail(context, thing)))

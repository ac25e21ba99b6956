"""`{% kept %}`: parts of pages that are the same for all readers of a language are filled once a process."""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

MOST = 500  # fillings of one part


class KeptNode(template.Node):
    """Filled for each language and each value of what it varies by; what else stands in it must be the same for everybody."""

    def __init__(self, nodelist: NodeList, varies: list[FilterExpression]) -> None:
        self.nodelist, self.varies = nodelist, varies
        self.filled: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *(value.resolve(context, ignore_failures=True) for value in self.varies))
        text = self.filled.get(key)
        if text is None:
            text = self.nodelist.render(context)
            if len(self.filled) < MOST:
                self.filled[key] = text
        return mark_safe(text)  # noqa: S308 -- a template has just filled it


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept section demo %}…{% endkept %}`: name every variable that the part depends on."""
    _name, *words = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, [parser.compile_filter(word) for word in words])

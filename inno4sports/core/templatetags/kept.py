"""Parts of pages that are filled once: `{% kept %}` once a process, `{% cards %}` and `{% filter_bar %}` once until the next act."""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from inno4sports.core.pages import MOST_PARTS, part_of, reader_of

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


class CardsNode(template.Node):
    """Filled for each row of a page in each language, and kept until the next act: a card is the same for all who may see its row.

    So it shows no moment (its zone is the reader's), no step and nothing that depends on who asks.
    """

    def __init__(self, name: str, page: FilterExpression, nodelist: NodeList) -> None:
        self.name, self.page, self.nodelist = name, page, nodelist

    def render(self, context: template.Context) -> SafeString:
        page, language = self.page.resolve(context), get_language()
        parts = getattr(context["request"], "parts", {})
        cards = {key: parts.get((self, language, key)) for key in page.keys}
        if missing := [key for key, card in cards.items() if card is None]:
            with context.push():
                for key, row in page.paginator.rows(missing).items():
                    context[self.name] = row
                    cards[key] = self.nodelist.render(context)
                    if len(parts) < MOST_PARTS:
                        parts[self, language, key] = cards[key]
        return mark_safe("".join(card for card in cards.values() if card))  # noqa: S308 -- a template has filled them


@register.tag
def cards(parser: Parser, token: Token) -> CardsNode:
    """`{% cards finding in page %}…{% endcards %}`: like `for`, over a page of a list."""
    _name, name, _in, page = token.split_contents()
    nodelist = parser.parse(("endcards",))
    parser.delete_first_token()
    return CardsNode(name, parser.compile_filter(page), nodelist)


@register.simple_tag(takes_context=True)
def filter_bar(context: dict[str, Any], form: Any, button: str = "") -> SafeString:
    """The filters of a list as a GET form; its address holds the filters and nothing of the page it was sent from."""
    request = context["request"]

    def bar() -> SafeString:
        words = {"form": form, "button": button or gettext("Show"), "path": request.path}
        return render_to_string("components/filter_bar.html", words)

    chosen = tuple(form.data.get(name) or "" for name in form.fields)
    if any(chosen) and (not form.is_valid() or form.cleaned_data.get("q")):
        return bar()  # there are as many as people may type
    return part_of(request, ("filters", reader_of(request), request.path, chosen), bar)

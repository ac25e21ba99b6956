"""The languages around every page, written at once: a template takes longer for them than for all the rest of a head."""

from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

CURRENT = ("", ' aria-current="true"')


@register.simple_tag
def alternate_links(links: list[dict[str, Any]], site_url: str) -> SafeString:
    """In the head: the same page in every language; English stands for all that we do not have."""
    rows = [(link["code"], escape(site_url + link["url"])) for link in links]
    rows += [("x-default", url) for code, url in rows if code == "en"]
    return mark_safe("".join(f'<link rel="alternate" hreflang="{code}" href="{url}">\n' for code, url in rows))  # noqa: S308 -- escaped above


@register.simple_tag
def language_menu(links: list[dict[str, Any]], query: str) -> SafeString:
    """A link to the page in each language; the query stays."""
    rows = (
        f'<a href="{escape(link["url"] + query)}" lang="{link["code"]}" hreflang="{link["code"]}"{CURRENT[link["current"]]}>{link["name"]}</a>\n'
        for link in links
    )
    return mark_safe("".join(rows))  # noqa: S308 -- codes and names stand in the settings, the address is escaped

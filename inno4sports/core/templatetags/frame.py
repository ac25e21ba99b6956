"""The languages around every page, written at once: a template takes longer for them than for all the rest of a head."""

from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

CURRENT = (mark_safe(""), mark_safe(' aria-current="true"'))


@register.simple_tag
def alternate_links(links: list[dict[str, Any]], site_url: str) -> SafeString:
    """In the head: the same page in every language; English stands for all that we do not have."""
    rows = [(link["code"], link["url"]) for link in links] + [("x-default", link["url"]) for link in links if link["code"] == "en"]
    return format_html_join("", '<link rel="alternate" hreflang="{}" href="{}{}">\n', ((code, site_url, url) for code, url in rows))


@register.simple_tag
def language_menu(links: list[dict[str, Any]], query: str) -> SafeString:
    """A link to the page in each language; the query stays."""
    row = '<a href="{0}{1}" lang="{2}" hreflang="{2}"{3}>{4}</a>\n'
    return format_html_join("", row, ((link["url"], query, link["code"], CURRENT[link["current"]], link["name"]) for link in links))

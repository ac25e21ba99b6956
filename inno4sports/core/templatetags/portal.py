"""The words that templates speak: bibs, pills, stages, fields, steps. No tag here asks the database."""

import datetime as dt
import uuid
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Textarea
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from inno4sports.core import clock
from inno4sports.core.citations import CitationField
from inno4sports.core.http import localised, render_markdown

register = template.Library()

TRIANGLE = mark_safe('<svg viewBox="0 0 28 28" aria-hidden="true"><path d="M14 3 26 24H2z"/></svg>')
STAGES = {
    "feedback": _("Feedback"),
    "lesson": _("Lesson"),
    "ambition": _("Ambition"),
    "action": _("Action"),
    "result": _("Result"),
    "finding": _("Finding"),
}
# Things beside the thread have a word and no mark.
BESIDE = {"session": _("Session"), "practice": _("Good practice"), "plan": _("Action plan"), "member": _("Members"), "cluster": _("Region")}
SEEN_BY = {
    "network": _("the network"),
    "managers": _("the managers of your cluster"),
    "cluster": _("your cluster"),
    "public": _("everybody"),
    "hosts": _("the hosts"),
    "you": _("you alone"),
}


def locale() -> Locale:
    return Locale.parse((get_language() or "en").partition("-")[0])


# People and places ------------------------------------------------------------------------------------------------------


@register.simple_tag
def bib(cluster: Any, alone: bool = True) -> SafeString:
    """The start number of a cluster; beside its written name give `False`, then it is hidden from screen readers."""
    return mark_safe("") if cluster is None else _bib(cluster.code, (cluster.accent - 1) % 10 + 1, cluster.region_name if alone else "")


@lru_cache(1000)
def _bib(code: str, accent: int, name: str) -> SafeString:
    if not name:
        return format_html('<span class="bib" data-accent="{}" aria-hidden="true">{}</span>', accent, code)
    return format_html(
        '<span class="bib" data-accent="{}" title="{}"><span aria-hidden="true">{}</span><span class="hidden">{}</span></span>',
        accent, name, code, name,
    )  # fmt: skip


@register.simple_tag
def from_to(giver: Any, taker: Any) -> SafeString:
    """Who gave to whom; a null cluster is the network."""
    network = format_html('<span class="pill">{}</span>', gettext("network"))
    return format_html(
        '<span class="from-to">{}<span class="arrow" role="img" aria-label="{}"></span>{}</span>',
        bib(giver) or network, gettext("to"), bib(taker) or network,
    )  # fmt: skip


@register.simple_tag
def country(code: str) -> str:
    """The country's name in the reader's language; an unknown code stays as it is."""
    return locale().territories.get(code, code)


@register.simple_tag
def language_name(code: str) -> str:
    """A language's name in the reader's language, with a capital as at the head of a line."""
    name = locale().languages.get(code, code)
    return name[:1].upper() + name[1:]


# State ------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def pill(thing: Any) -> SafeString:
    """The state of a thing: shape and word."""
    return _pill(getattr(thing, "status_tone", ""), str(thing.get_status_display()))


@lru_cache(1000)
def _pill(tone: str, word: str) -> SafeString:
    return format_html('<span class="pill{}">{}</span>', f" pill--{tone}" if tone else "", word)


@register.simple_tag
def demo_mark(thing: Any) -> SafeString:
    """“demo” on everything that is made up to show the portal."""
    return _pill("demo", gettext("demo")) if thing.is_demo else mark_safe("")


@register.simple_tag
def mark(stage: str, state: str = "") -> SafeString:
    """The drawn sign of a stage: `state` is "", "none", "closed" or "here"."""
    classes = "mark" + (f" mark--{state}" if state else "")
    if stage == "feedback":
        return format_html('<span class="{} mark--start" aria-hidden="true">{}</span>', classes, TRIANGLE)
    end = " mark--end" if stage == "finding" else ""
    return format_html('<span class="{}{}" aria-hidden="true"></span>', classes, end)


@register.simple_tag
def stage(name: str, state: str = "") -> SafeString:
    """Mark and word of a stage of the thread; what stands beside the thread has the word alone."""
    return _stage(name, state, str(stage_word(name)))


@lru_cache(1000)
def _stage(name: str, state: str, word: str) -> SafeString:
    if name not in STAGES:
        return format_html("<span>{}</span>", word)
    return format_html('<span class="stage">{}{}</span>', mark(name, state), word)


@register.filter
def stage_word(name: str) -> Any:
    return STAGES.get(name) or BESIDE.get(name, name)


@register.inclusion_tag("components/course.html")
def course(stages: list[dict[str, str]]) -> dict[str, Any]:
    """The full line: [{"stage": …, "state": "" | "none" | "closed" | "here"}] for all six."""
    digits = {"lesson": 1, "ambition": 2, "action": 3, "result": 4}
    return {"legs": [{**s, "word": STAGES[s["stage"]], "digit": digits.get(s["stage"], "")} for s in stages]}


@register.simple_tag
def seen_by(who: str) -> SafeString:
    """Who reads this: stands beside every field and section that is not public."""
    return format_html('<p class="seen"><b>{}</b> {}</p>', gettext("Seen by"), SEEN_BY[who])


# Text -------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def markdown(text: str, language: str = "") -> SafeString:
    """Formatted text, in a block that says its language when that is not the page's."""
    return _with_language("div", render_markdown(text), language)


@register.simple_tag
def user_text(text: str, language: str = "") -> SafeString:
    """Text of people inside a line, with its language when that is not the page's."""
    return _with_language("span", text, language)


def _with_language(tag: str, text: Any, language: str) -> SafeString:
    if not language or language == get_language():
        return format_html("<div>{}</div>", text) if tag == "div" else conditional_escape(text)
    return format_html("<{0} lang={1}>{2}</{0}>", mark_safe(tag), format_html('"{}"', language), text)  # noqa: S308 -- constant


@register.simple_tag
def sources(thing: Any) -> SafeString:
    """Where the facts of a recorded thing were published."""
    links = list(thing.sources)
    if not links:
        return mark_safe("")
    words = gettext("Source") if len(links) == 1 else gettext("Sources")
    items = format_html_join(", ", '<a href="{}" rel="noopener">{}</a>', ((url, _host(url)) for url in links))
    return format_html('<p class="small quiet">{}: {}</p>', words, items)


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.") if url.count("/") >= 2 else url


@register.simple_tag
def day(value: dt.date | None, missing: str = "") -> SafeString:
    """A day in the reader's language, with no-break spaces."""
    if value is None:
        return format_html('<span class="quiet">{}</span>', missing) if missing else mark_safe("")
    return _day(value, get_language() or "en")


@lru_cache(4000)
def _day(value: dt.date, language: str) -> SafeString:
    words = format_date(value, "d MMMM y" if language == "en" else "long", locale=locale())
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.replace(" ", "\u00a0"))


@register.simple_tag
def days(first: dt.date | None, last: dt.date | None, words: str = "") -> SafeString:
    """From one day to another; `words` stands in where the source gives the date in words only."""
    if first is None:
        return format_html("{}", words or gettext("date not stated"))
    if last is None or last == first:
        return day(first)
    return format_html("{} – {}", day(first), day(last))


@register.filter
def moment(value: dt.datetime) -> str:
    """Day and time in words, in the zone that is active."""
    local = timezone.localtime(value)
    if get_language() == "en":
        return str(format_datetime(local, "d MMMM y, H:mm", locale=locale(), tzinfo=local.tzinfo))
    return f"{format_date(local, 'long', locale=locale())}, {format_time(local, 'H:mm', locale=locale(), tzinfo=local.tzinfo)}"


@register.simple_tag
def when(value: dt.datetime | None) -> SafeString:
    """A moment in the reader's zone, which is named."""
    if value is None:
        return mark_safe("")
    words, zone = moment(value).replace(" ", "\u00a0"), str(timezone.localtime(value).tzinfo)
    return format_html('<time datetime="{}">{} ({})</time>', value.isoformat(), words, place_of(zone))


def place_of(zone: str) -> str:
    """The city that a zone is named after."""
    return zone.rpartition("/")[2].replace("_", " ")


@register.simple_tag
def due(value: dt.date | None) -> SafeString:
    """A due day as people say it: was due, today, in so many days."""
    if value is None:
        return format_html("<strong>{}</strong>", gettext("no date"))
    return _due(value, (value - clock.today()).days, get_language() or "en")


@lru_cache(4000)
def _due(value: dt.date, left: int, language: str) -> SafeString:  # noqa: ARG001 -- the words are of the language
    if left < 0:
        return format_html("<strong>{}</strong>", gettext("was due %(day)s") % {"day": format_date(value, "d MMMM", locale=locale())})
    if left == 0:
        return format_html("<strong>{}</strong>{}", gettext("today"), day(value))
    return format_html("<strong>{}</strong>{}", _in_days(left), day(value))


def _in_days(left: int) -> str:
    from babel.dates import format_timedelta

    return format_timedelta(dt.timedelta(days=left), granularity="day", threshold=1.5, add_direction=True, locale=locale())


register.filter(localised)


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def euros(value: int | None) -> str:
    """An amount in whole euros."""
    from babel.numbers import format_currency

    return (
        ""
        if value is None
        else format_currency(value, "EUR", "¤\u00a0#,##0" if get_language() == "en" else None, locale=locale(), currency_digits=False)
    )


# Forms ------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def once() -> SafeString:
    """The one-time key of a form: sent twice it acts once."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid.uuid4())


@register.simple_tag
def version(thing: Any) -> SafeString:
    """The version the reader saw: an edit on an older one is noticed."""
    return format_html('<input type="hidden" name="version" value="{}">', thing.version)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, seen: str = "") -> dict[str, Any]:
    """One field in the order of the design: label, hint, who sees it, error, control, foot."""
    widget = bound.field.widget
    scale = widget.attrs.get("data-scale", "")
    kind = "text"
    if scale:
        kind = "scale"
    elif isinstance(bound.field, CitationField):
        kind = "groups"
    elif isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        kind = "choices"
    elif isinstance(widget, CheckboxInput):
        kind = "tick"
    described = [f"{bound.auto_id}_hint"] if bound.help_text else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    limit = getattr(bound.field, "max_length", None)
    if limit and isinstance(widget, Textarea):
        # The server checks the length; the browser must not cut what somebody pastes. False leaves an attribute out.
        attrs |= {"data-counter": limit, "maxlength": False}
    if "placeholder" in widget.attrs:
        attrs["placeholder"] = False  # allauth's: it repeats the label and is gone once somebody types
    if kind == "text":
        code = "input--code" if widget.attrs.get("autocomplete") == "one-time-code" else ""
        attrs["class"] = " ".join(filter(None, ("input", code, widget.attrs.get("class", ""))))
    control = bound.as_widget(attrs=attrs) if kind in ("text", "tick") else ""
    return {"bound": bound, "kind": kind, "scale": scale, "control": control, "limit": limit if isinstance(widget, Textarea) else None,
            "groups": _groups(bound) if kind == "groups" else (), "seen": SEEN_BY.get(seen, ""), "described": " ".join(described)}  # fmt: skip


def _groups(bound: BoundField) -> list[dict[str, Any]]:
    """The boxes of a field by kind; a group with a ticked one is open, and so is the only one."""
    boxes = iter(bound.subwidgets)
    groups = [{"label": label, "boxes": [next(boxes) for _choice in offered]} for label, offered in bound.field.choices]
    for group in groups:
        group["ticked"] = sum(box.data["selected"] for box in group["boxes"])
        group["open"] = len(groups) == 1 or group["ticked"] > 0
    return groups


@register.inclusion_tag("components/form_errors.html")
def form_errors(*forms: Any) -> dict[str, Any]:
    """The error summary: links to the fields, first thing in the form."""
    rows = [
        (bound.id_for_label or bound.auto_id, bound.label, error) for form in forms if form is not None for bound in form for error in bound.errors
    ]
    general = [e for form in forms if form is not None for e in form.non_field_errors()]
    return {"rows": rows, "general": general, "count": len(rows) + len(general)}


@register.inclusion_tag("components/steps.html", takes_context=True)
def steps(context: dict[str, Any], open_steps: list[Any], thing: Any = None) -> dict[str, Any]:
    """One button per step that is open to this reader."""
    return {"steps": open_steps, "thing": thing, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/history.html")
def history(events: list[Any]) -> dict[str, Any]:
    return {"events": events}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Any) -> dict[str, Any]:
    """Links to the neighbouring pages of a list; the filters stay in the address."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    rest = query.urlencode()
    return {"page": page, "prefix": f"?{rest}&page=" if rest else "?page="}


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: str, text: str, url: str = "", label: str = "") -> dict[str, Any]:
    """What would be here and how it begins."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(rows: list[Any], caption: str, unit: str = "") -> dict[str, Any]:
    """Bars drawn as SVG with the same numbers as a table beneath; rows are (label, value)."""
    top = max((value for _label, value in rows), default=0) or 1
    bars = [
        {
            "label": label,
            "value": value,
            "width": round(value / top * 300, 1),
            "y": 8 + n * 34,
            "text_y": 26 + n * 34,
            "number_x": round(value / top * 300, 1) + 188,
        }
        for n, (label, value) in enumerate(rows)
    ]
    return {"bars": bars, "height": len(bars) * 34 + 12, "caption": caption, "unit": unit}

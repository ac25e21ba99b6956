"""Lists that forms offer: countries, languages of texts, time zones, hours; each named in the reader's language."""

from zoneinfo import available_timezones

from babel import Locale
from django.utils.translation import get_language

# Europe as the programme's areas draw it: the Union, its neighbours in the programmes, and the candidates.
COUNTRIES = (  # noqa: SIM905 -- nobody reads fifty quoted codes
    "AD AL AT BA BE BG CH CY CZ DE DK EE ES FI FR GB GE GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM TR UA XK"
).split()
# The Union's languages, those of the neighbours, and those in which regions write.
LANGUAGES = (  # noqa: SIM905 -- nobody reads forty quoted codes
    "bg bs ca cs cy da de el en es et eu fi fr ga gl hr hu is it ka lb lt lv mk mt nl no pl pt ro se sk sl sq sr sv tr uk"
).split()
AREAS = ("Europe", "Atlantic", "Africa", "America", "Asia", "Australia", "Indian", "Pacific")


def _locale() -> Locale:
    return Locale.parse((get_language() or "en").partition("-")[0])


def _sorted(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: pair[1].casefold())


def countries() -> list[tuple[str, str]]:
    """ISO codes with names."""
    names = _locale().territories
    return _sorted([(code, names.get(code, code)) for code in COUNTRIES])


def languages() -> list[tuple[str, str]]:
    """Languages in which people may write, with names."""
    names = _locale().languages
    return _sorted([(code, names.get(code, code)[:1].upper() + names.get(code, code)[1:]) for code in LANGUAGES])


def zones(present: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """IANA zones in groups, Europe first; `present` is among them whatever it is called."""
    groups: dict[str, list[tuple[str, str]]] = {area: [] for area in AREAS}
    for name in sorted(available_timezones()):
        area, _slash, place = name.partition("/")
        if area in groups:
            groups[area].append((name, place.replace("_", " ").replace("/", ", ")))
    rest = ["UTC"] if present in ("", "UTC") or present.partition("/")[0] in groups else ["UTC", present]
    return [*groups.items(), ("UTC", [(name, name) for name in rest])]


def hours() -> list[tuple[int, str]]:
    """The full hours of a day."""
    return [(hour, f"{hour}:00") for hour in range(24)]

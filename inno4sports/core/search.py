"""Search over folded text, the same on both databases: one row per thing and language, written with the act."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import translation

from . import clock
from .models import SearchText, Thing, fold_letters


@dataclass(frozen=True)
class Document:
    """What a thing is found by; `words` are found but not shown. `reach` is a first sieve: before it is shown, `visible_to` is asked again."""

    title: str
    text: str
    reach: str
    cluster_code: str = ""
    language: str = "en"
    words: str = ""


# kind -> function(thing) that answers its documents, one per language; none: not to be found.
INDEXED: dict[str, Callable[[Any], Iterable[Document]]] = {}


def indexes(kind: str) -> Callable[[Callable[[Any], Iterable[Document]]], Callable[[Any], Iterable[Document]]]:
    """Register the function that says what things of `kind` (label, lower case) are found by."""

    def register(function: Callable[[Any], Iterable[Document]]) -> Callable[[Any], Iterable[Document]]:
        INDEXED[kind] = function
        return function

    return register


def fold(text: str) -> str:
    """Lower case without accents: what people type on any keyboard finds what is written."""
    for _pass in range(2):  # decomposing 𝕬 gives a capital again
        decomposed = unicodedata.normalize("NFKD", fold_letters(text).casefold())
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return text


def reindex(thing: Thing) -> None:
    """Write the thing's search rows anew; a kind that is not indexed has none."""
    if thing.kind not in INDEXED:
        return
    documents = [] if thing.archived_at else list(INDEXED[thing.kind](thing))
    rows = SearchText.objects.filter(thing_kind=thing.kind, thing_id=thing.public_id)
    rows.exclude(language__in=[d.language for d in documents]).delete()
    with translation.override("en"):  # addresses are kept without a language prefix
        url = thing.get_absolute_url()[:300]
    for d in documents:
        SearchText.objects.update_or_create(
            thing_kind=thing.kind,
            thing_id=thing.public_id,
            language=d.language,
            defaults={
                "title": d.title[:300],
                "url": url,
                "excerpt": " ".join(d.text[:600].split())[:400],
                "folded": fold(f"{d.title} {d.text} {d.words}"),
                "reach": d.reach,
                "cluster_code": d.cluster_code,
                "changed_at": clock.now(),
            },
        )


def found(query: str, reaches: Iterable[str], cluster_codes: Iterable[str], user: Any, limit: int = 200) -> list[SearchText]:
    """Rows that hold every word of `query` and whose things `user` may see, best first, at most `limit`; three queries at most."""
    words = fold(query).split()[:8]
    if not words:
        return []
    rows = SearchText.objects.filter(Q(reach__in=list(reaches)) | Q(reach="cluster", cluster_code__in=list(cluster_codes)))
    for word in words:
        rows = rows.filter(folded__contains=word)
    candidates = list(rows.order_by("-changed_at", "id")[: limit * 5])
    candidates.sort(key=lambda r: not all(w in fold(r.title) for w in words))
    seen = visible_ids({(r.thing_kind, r.thing_id) for r in candidates}, user)
    best: dict[Any, SearchText] = {}
    for row in candidates:
        if row.thing_id in seen:
            best.setdefault(row.thing_id, row)
    return list(best.values())[:limit]


def visible_ids(things: Iterable[tuple[str, Any]], user: Any) -> set[Any]:
    """Of these (kind, public id) pairs the ids that `user` may see, in one query over all kinds."""
    by_kind: dict[str, list[Any]] = {}
    for kind, public_id in things:
        by_kind.setdefault(kind, []).append(public_id)
    parts = [
        apps.get_model(kind).objects.visible_to(user).filter(public_id__in=ids).order_by().values_list("public_id", flat=True)
        for kind, ids in sorted(by_kind.items())
    ]
    if not parts:
        return set()
    return set(parts[0].union(*parts[1:])) if len(parts) > 1 else set(parts[0])

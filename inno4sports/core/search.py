"""Search: one row per thing and language, written with the act; stems, beginnings and misspellings on PostgreSQL (docs/adr/0017)."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from html import unescape
from typing import Any

from django.apps import apps
from django.contrib.postgres.search import TrigramDistance
from django.db import OperationalError, connection, transaction
from django.db.models import Q, Value
from django.utils import translation
from django.utils.html import strip_tags

from . import clock
from .http import render_markdown
from .models import SearchText, SearchTextQuerySet, SearchWord, Thing, fold_letters

NEWEST = 1000  # rows that are looked through before the index is asked
ENOUGH = 100  # hits among them
PATIENCE = "50"  # milliseconds
LONGEST = 100_000
ALIKE = 0.7
Key = tuple[str, Any]  # the kind of a thing and its public id
_WORD = re.compile(r"[^\W\d_]{4,40}")


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
    if text.isascii():
        return text.lower()
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
        folded = fold(f"{d.title} {d.text} {d.words}")
        remember_words(folded)
        SearchText.objects.update_or_create(
            thing_kind=thing.kind,
            thing_id=thing.public_id,
            language=d.language,
            defaults={
                "title": d.title[:300],
                "url": url,
                "excerpt": excerpt_of(d.text),
                "text": f"{d.title} {d.text}"[:LONGEST],
                "folded": folded[:LONGEST],
                "reach": d.reach,
                "cluster_code": d.cluster_code,
                "changed_at": clock.now(),
            },
        )


def excerpt_of(text: str) -> str:
    """The beginning of a text without the signs that format it."""
    return " ".join(unescape(strip_tags(render_markdown(text[:800]))).split())[:400]


def words_of(query: str) -> list[tuple[str, str]]:
    """The words that are looked for, each as it was typed and folded; what has neither letter nor figure is none."""
    words = [(word, fold(word)) for word in query.split()]
    return [pair for pair in words if any(c.isalnum() for c in pair[1])][:8]


def candidates(words: list[tuple[str, str]], rows: SearchTextQuerySet, newest: SearchTextQuerySet, most: int) -> list[SearchText]:
    """Some of `rows` that hold every word, newest first, without their long texts: two queries at most, of bounded work.

    A common word has hits enough among the `newest` rows; one that is less so has them soon, wherever one begins to read;
    of what is rare the index knows where it is. Nobody needs a million hits, and no query waits for them.
    """
    if not words:
        return []
    rows = rows.holding(words).defer("text", "folded")
    recent = list(rows.filter(pk__in=newest.order_by("-changed_at", "-id").values("pk")[:NEWEST]).order_by("-changed_at", "-id")[:most])
    if len(recent) >= ENOUGH:
        return recent
    older = rows.exclude(pk__in=[row.pk for row in recent]).order_by()[: most - len(recent)]
    return recent + sorted(soon(older), key=lambda row: (row.changed_at, row.pk), reverse=True)


def soon(rows: SearchTextQuerySet) -> list[SearchText]:
    """Read as PostgreSQL thinks best, and when that is not quick, by the index.

    It takes a word that nobody wrote for one that stands in every fiftieth text, and begins to read the table: quick for what is
    common, seconds at millions of texts for what is not. By the index it is the other way round, and cannot be stopped.
    """
    if connection.vendor != "postgresql":
        return list(rows)
    with suppress(OperationalError), told({"statement_timeout": PATIENCE}):  # cancelled: the other way
        return list(rows.all())
    with told({"enable_seqscan": "off", "enable_indexscan": "off"}):
        return list(rows)


@contextmanager
def told(settings: Mapping[str, str]) -> Iterator[None]:
    """PostgreSQL is told so for what is asked inside, and not for what comes after it in the same transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
        yield
        cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))


def found(query: str, reaches: Iterable[str], cluster_codes: Iterable[str], user: Any, limit: int = 100) -> list[SearchText]:
    """Rows that hold every word of `query` and whose things `user` may see, best first, at most `limit`; three queries at most."""
    words = words_of(query)
    rows = SearchText.objects.filter(Q(reach__in=list(reaches)) | Q(reach="cluster", cluster_code__in=list(cluster_codes)))
    hits = candidates(words, rows, SearchText.objects.all(), limit)
    hits.sort(key=lambda r: not all(w in fold(r.title) for _typed, w in words))
    seen = visible_ids({(r.thing_kind, r.thing_id) for r in hits}, user)
    best: dict[Any, SearchText] = {}
    for row in hits:
        if row.thing_id in seen:
            best.setdefault(row.thing_id, row)
    return list(best.values())[:limit]


def meant(query: str) -> str:
    """`query` with each word that occurs nowhere replaced by the one most like it; "" when nothing is near. PostgreSQL only.

    A word of a text that is not for everybody may be among them: it finds what its reader may see, and is shown with that alone.
    """
    words = [folded for _typed, folded in words_of(query)]
    if connection.vendor != "postgresql" or len(words) > 4:
        return ""
    near = [most_like(word) for word in words]
    return " ".join(near) if all(near) and near != words else ""


def most_like(word: str) -> str:
    rows = SearchWord.objects.order_by(TrigramDistance("word", word)).values_list("word", flat=True)
    return next(iter(get_close_matches(word, rows[:20], n=1, cutoff=ALIKE)), "")


def remember_words(folded: str) -> None:
    """After the commit, so that acts never wait for each other over a word."""
    rows = [SearchWord(word=word) for word in sorted(set(_WORD.findall(folded)[:2000]))]
    if rows and connection.vendor == "postgresql":
        transaction.on_commit(lambda: SearchWord.objects.bulk_create(rows, ignore_conflicts=True), robust=True)


def visible_ids(things: Iterable[Key], user: Any) -> set[Any]:
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


TOGETHER = 50  # readers and kinds in one query


def visible_to_each(asked: Mapping[Any, Iterable[Key]]) -> dict[Any, set[Any]]:
    """user -> of the (kind, public id) pairs that are asked for them the ids that they may see, many users in one query."""
    parts = []
    users = list(asked)
    for place, (_user, things) in enumerate(asked.items()):
        for kind in sorted({kind for kind, _id in things}):
            ids = [public_id for k, public_id in things if k == kind]
            rows = apps.get_model(kind).objects.visible_to(users[place]).filter(public_id__in=ids).order_by()
            parts.append(rows.values_list(Value(place), "public_id"))
    found: dict[Any, set[Any]] = {user: set() for user in asked}
    for begin in range(0, len(parts), TOGETHER):
        first, *more = parts[begin : begin + TOGETHER]
        for place, public_id in first.union(*more, all=True) if more else first:
            found[users[place]].add(public_id)
    return found

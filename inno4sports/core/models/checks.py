"""What the database may never hold, as constraints; slugs."""

from django.db import models
from django.db.models import Q
from django.utils.text import slugify


def status_check(name: str, statuses: type[models.TextChoices], field: str = "status") -> models.CheckConstraint:
    """The database refuses a status that the enum does not know."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": statuses.values}), name=name)


def pair_check(name: str, stem: str) -> models.CheckConstraint:
    """`<stem>_at` and `<stem>_by` are set together or not at all."""
    at, by = f"{stem}_at__isnull", f"{stem}_by__isnull"
    return models.CheckConstraint(condition=Q(**{at: True, by: True}) | Q(**{at: False, by: False}), name=name)


def free_slug(model: type[models.Model], text: str) -> str:
    """A slug for `text` that no other row of `model` has: taken ones get a number."""
    stem = slugify(fold_letters(text))[:80].strip("-") or model._meta.model_name or "thing"
    # "new" is the address of the page that makes one.
    taken = {"new", *model._base_manager.filter(slug__startswith=stem).values_list("slug", flat=True)}
    return next(s for s in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


_PLAIN = {
    ord(letter): plain for letter, plain in {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE"}.items()
}


def fold_letters(text: str) -> str:
    """Letters that Unicode does not decompose, as their plain neighbours: ł is l for who has no Polish keyboard."""
    return text.translate(_PLAIN)


def exactly_one(name: str, *fields: str) -> models.CheckConstraint:
    """Of these foreign keys exactly one is set: a citation points to one thing."""
    condition = Q()
    for chosen in fields:
        condition |= Q(**{f"{f}__isnull": f != chosen for f in fields})
    return models.CheckConstraint(condition=condition, name=name)


def each_once(name: str, citing: str, *fields: str) -> list[models.UniqueConstraint]:
    """The same thing is cited at most once by the same citing thing."""
    return [models.UniqueConstraint(fields=[citing, f], name=f"{name}_{f}") for f in fields]

"""A resource: one kind of thing as a program reads and writes it. A subclass names shape, filters, forms and acts; nothing else differs."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from ..history import history_of
from ..lifecycle import LIFECYCLES, Conflict, check_state
from ..models import HistoryEvent, whose
from ..permissions import allowed, require
from .addresses import address_of, named
from .changes import changes_since
from .cursors import seal, unseal
from .problems import Problem, answer, one_of
from .shape import SHAPES, Shape, chosen_fields, licence_links
from .told import kind_of
from .view import ApiView, kept
from .writing import Act, Call, as_typed, filled, once, read, wanted_version

PAGE, MOST = 50, 100


class Resource(ViewSetMixin, ApiView):
    """List, one, changes, history; writing and deleting where the subclass says how; acts at `steps/`."""

    name: ClassVar[str]
    model: ClassVar[Any]
    shape: ClassVar[type[Shape]]
    key = "slug"  # what the address names; `public_id` for things without a page of their own
    order: ClassVar[Sequence[str]] = ("-created_at", "-id")
    filters: ClassVar[dict[str, str]] = {}  # ?name= -> lookup of its value
    list_query = ("fields", "expand", "limit", "cursor")
    acts: ClassVar[Sequence[Act]] = ()
    form: ClassVar[type[forms.BaseForm] | None] = None
    create_form: ClassVar[type[forms.BaseForm] | None] = None  # where a new one is written by another form
    proposal_form: ClassVar[type[forms.BaseForm] | None] = None  # what a POST takes of those who may only propose one
    edited_while = ""  # the state in which one is edited, for readers
    reads: ClassVar[Sequence[str]] = ()  # methods that answer GET `…/<key>/<name>/`
    tells_history = True
    has_changes = True
    create_permission = ""
    edit_permission = ""
    delete_permission = ""

    @classmethod
    def as_view(cls, actions: Any = None, **options: Any) -> Any:
        """DRF empties `name`, which is a title there; here it is the resource's own."""
        name = cls.name
        view = super().as_view(actions, **options)
        cls.name = name
        return view

    # What a subclass may say ------------------------------------------------------------------------------------------------

    def build(self, data: Any, files: Any, thing: Any = None) -> forms.BaseForm:
        """The page's form, for a new thing or for `thing`."""
        raise NotImplementedError

    def make(self, form: Any) -> Any:
        """The act that makes one from a valid form."""
        raise NotImplementedError

    def change(self, thing: Any, form: Any, version: int | None) -> Any:
        """The act that edits `thing`."""
        raise NotImplementedError

    def remove(self, thing: Any) -> None:
        """The act that deletes `thing`."""
        raise NotImplementedError

    def visible(self) -> models.QuerySet:
        """What the caller may see, with all that its shape reads."""
        return self.shape.loaded(self.model._default_manager.visible_to(self.request.user), self.request.user)

    def may_make(self) -> bool:
        return allowed(self.request.user, self.create_permission)

    def may(self, act: Act, thing: Any) -> bool:
        """May the caller, who sees `thing`, take `act` on it?"""
        return allowed(self.request.user, self.permission(act), thing)

    def version(self, thing: Any) -> int:
        """The number that If-Match compares; what has none is always at 0."""
        return getattr(thing, "version", 0)

    def events(self, thing: Any) -> Iterable[HistoryEvent]:
        """The history as the page shows it to the caller."""
        return history_of(thing)

    @classmethod
    def key_route(cls) -> str:
        """The part of the address that names one."""
        return "<uuid:key>" if cls.key == "public_id" else "<slug:key>"

    @classmethod
    def address_kwargs(cls, thing: Any) -> dict[str, Any]:
        return {"key": getattr(thing, cls.key)}

    # Reading ----------------------------------------------------------------------------------------------------------------

    @property
    def query(self) -> tuple[str, ...]:  # type: ignore[override]  # depends on the address
        if self.action == "index":
            return (*self.list_query, *self.filters)
        return {"one": ("fields", "expand"), "changes": ("cursor",)}.get(self.action or "", ())

    def thing(self) -> Any:
        return get_object_or_404(self.visible(), **self.named())

    def named(self) -> dict[str, Any]:
        """The lookup that the address stands for."""
        key = self.kwargs["key"]
        return named(self.model, key) if self.key == "slug" else {self.key: key}

    def index(self, request: Request) -> Response:
        fields, expand = self.asked()
        limit = self.limit()
        filters = sorted((n, request.query_params[n]) for n in self.filters if n in request.query_params)
        question = f"list:{self.name}:{urlencode(filters)}"
        rows = self.visible().order_by(*self.order)
        for name, value in filters:
            rows = rows.filter(**self.filter_of(name, value))
        if "cursor" in request.query_params:
            rows = rows.filter(self.after(unseal(question, request.query_params["cursor"])))
        things = list(rows[: limit + 1])
        more, things = len(things) > limit, things[:limit]
        body: dict[str, Any] = {"items": self.shape.rows(things, request.user, fields=fields, expand=expand), "next": None}
        links = licence_links(self.shape, things, body["items"], request.user)
        if more:
            body["next"] = self.next_url(seal(question, [self.plain(things[-1], name) for name in self.order]))
            links.append(f'<{body["next"]}>; rel="next"')
        return kept(request, body, "0", headers={"Link": ", ".join(links)} if links else {})

    @classmethod
    def filter_field(cls, name: str) -> Any:
        """The model's field that the filter asks."""
        model: Any = cls.model
        field: Any = None
        for part in cls.filters[name].split("__"):
            field = model._meta.get_field(part)
            model = field.related_model
        return field

    def filter_of(self, name: str, value: str) -> dict[str, Any]:
        """The lookup; a value that cannot stand in the column is named, not silently empty."""
        field, column = self.filter_field(name), self.filters[name]
        try:
            field.to_python(value)
        except ValidationError as error:
            raise Problem("bad-parameter", errors=[(f"?{name}", " ".join(error.messages))]) from error
        if field.choices and value not in dict(field.choices):
            raise Problem("bad-parameter", errors=[(f"?{name}", one_of(dict(field.choices)))])
        if "\x00" in value:
            raise Problem("bad-parameter", errors=[(f"?{name}", _("This is not of the type that the field takes."))])
        lookup = named(field.model, value) if field.name == "slug" else {field.name: value}
        path, _last, _name = column.rpartition("__")
        if not path:
            return lookup
        found = field.model._default_manager.order_by().filter(**lookup).values("pk")
        return whose(self.model, path, found[:1]) if field.unique else whose(self.model, f"{path}__in", found)

    def asked(self) -> tuple[list[str] | None, dict[str, Any]]:
        """The chosen fields, and the names to expand with who reads them: without the right of their part a token reads as a visitor."""
        query = self.request.query_params
        fields = chosen_fields(self.shape, query.get("fields"), "fields")
        expand = chosen_fields(self.shape, query.get("expand"), "expand") or []
        known = self.shape.expandable()
        return fields, {name: self.reader_of(known[name].model) for name in expand if fields is None or name in fields}

    def reader_of(self, model: str) -> Any:
        grant = self.request.auth
        return self.request.user if grant is None or f"{model.partition('.')[0]}:read" in grant.scopes else AnonymousUser()

    def limit(self) -> int:
        asked = self.request.query_params.get("limit", str(PAGE))
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MOST):
            raise Problem("bad-parameter", errors=[("?limit", f"1–{MOST}")])
        return int(asked)

    def next_url(self, cursor: str) -> str:
        query = {**self.request.query_params.dict(), "cursor": cursor}
        return f"{settings.SITE_URL}{self.request.path}?{urlencode(query)}"

    @staticmethod
    def plain(thing: Any, ordered_by: str) -> Any:
        return getattr(thing, ordered_by.lstrip("-"))

    def after(self, place: list[Any]) -> Q:
        """Rows behind `place` in the resource's order."""
        found, equal = Q(), Q()
        for name, value in zip(self.order, place, strict=True):
            column = name.lstrip("-")
            found |= equal & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
            equal &= Q(**{column: value})
        return found

    def one(self, request: Request, **_kwargs: Any) -> Response:
        thing = self.thing()
        return self.shown(thing)

    def shown(self, thing: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """The thing with its ETag; after a write always in full."""
        fields, expand = self.asked() if self.action == "one" else (None, {})
        row = self.shape.rows([thing], self.request.user, fields=fields, expand=expand)[0]
        links = licence_links(self.shape, [thing], [row], self.request.user)
        headers = {**(headers or {}), **({"Link": ", ".join(links)} if links else {})}
        response = kept(self.request, row, str(self.version(thing)), headers=headers)
        if self.request.method not in ("GET", "HEAD"):
            response.status_code = status
        return response

    def changes(self, request: Request) -> Response:
        return changes_since(self, request)

    def history(self, request: Request, **_kwargs: Any) -> Response:
        """What happened, newest first: for the network, as on the page."""
        thing = self.thing()
        self.must_carry_right()
        user = request.user
        if not (user.is_authenticated and user.in_network):
            raise Problem("forbidden" if user.is_authenticated else "not-signed-in")
        events = [{"verb": e.verb, "label": e.verb_label, "by": str(e.actor), "at": e.at, "note": e.note} for e in self.events(thing)]
        return kept(request, {"items": events}, str(self.version(thing)))

    # Writing ----------------------------------------------------------------------------------------------------------------

    def create(self, request: Request) -> Response:
        self.must_be_signed_in()
        if not self.may_make():
            raise PermissionDenied(self.create_permission)

        def run() -> Response:
            thing = self.make(read(lambda data, files: self.build(data, files), request, shown=self.shape.names()))
            return self.shown(self.again(thing), 201, {"Location": settings.SITE_URL + address_of(thing)})

        return once(request, run)

    def replace(self, request: Request, **_kwargs: Any) -> Response:
        return self.written(request, whole=True)

    def amend(self, request: Request, **_kwargs: Any) -> Response:
        return self.written(request, whole=False)

    def written(self, request: Request, *, whole: bool) -> Response:
        self.must_be_signed_in()

        def run() -> Response:
            thing = self.thing()
            require(request.user, self.edit_permission, thing)
            version = wanted_version(request, self.version(thing))
            if not request.data:
                raise Problem("invalid", _("Name at least one field."))
            self.check_version(thing, version)
            base = None if whole else filled(self.build(None, None, thing))
            form = read(lambda data, files: self.build(data, files, thing), request, base=base, shown=self.shape.names())
            self.change(thing, form, version)
            return self.shown(self.again(thing))

        return self.once_unless_stale(run)

    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        self.must_be_signed_in()

        def run() -> Response:
            thing = self.thing()
            require(request.user, self.delete_permission, thing)
            self.check_version(thing, wanted_version(request, self.version(thing)))
            self.remove(thing)
            return Response(status=204)

        return self.once_unless_stale(run)

    def check_version(self, thing: Any, version: int | None) -> None:
        if version is not None and version != self.version(thing):
            raise Conflict(thing)

    def once_unless_stale(self, run: Callable[[], Response]) -> Response:
        """`run` finds the thing itself: sent again, what it did may have put the thing out of sight.

        412 shows the version that stands, so that the caller can merge and send again.
        """
        try:
            return once(self.request, run)
        except Conflict as conflict:
            thing = self.again(conflict.thing)
            row = self.shape.rows([thing], self.request.user)[0]
            response = answer(Problem("stale", more={"current": row}))
            response["ETag"] = f'"{self.version(thing)}-stale"'
            return response

    def again(self, thing: Any) -> Any:
        """The thing as it stands, with what its shape reads, for an answer. The caller may just have given away the right to see it."""
        shape = self.shape if isinstance(thing, self.model) else SHAPES[thing._meta.label_lower]
        return shape.loaded(type(thing)._default_manager.filter(pk=thing.pk), self.request.user).get()

    def must_be_signed_in(self) -> None:
        if not self.request.user.is_authenticated:
            raise Problem("not-signed-in")

    # Acts -------------------------------------------------------------------------------------------------------------------

    def steps(self, request: Request, **_kwargs: Any) -> Response:
        """GET: what is open to the caller now. POST: `{"step": name, …}` takes one."""
        if request.method == "POST":
            return self.take(request)
        thing = self.thing()
        self.must_carry_right()
        signed_in = request.user.is_authenticated
        shown = [self.described(act, thing) for act in self.acts if signed_in and self.may(act, thing) and self.is_open(act, thing)]
        return Response({"steps": shown}, headers={"Cache-Control": "no-store"})

    def described(self, act: Act, thing: Any) -> dict[str, Any]:
        form = act.bound(None, None, Call(thing, self.request.user, None)) if act.form else None
        fields = (
            [{"name": n, "label": str(box.label or n), "required": box.required, **kind_of(box)} for n, box in form.fields.items()] if form else []
        )
        return {"step": act.name, "label": str(self.label(act)), "fields": fields}

    def label(self, act: Act) -> Any:
        cycle = LIFECYCLES.get(self.model._meta.label_lower)
        return act.label or (cycle.by_name[act.name].label if cycle else act.name)

    def permission(self, act: Act) -> str:
        return act.permission or f"{self.model._meta.app_label}.{act.name}"

    def is_open(self, act: Act, thing: Any) -> bool:
        cycle = LIFECYCLES.get(self.model._meta.label_lower)
        step = cycle.by_name.get(act.name) if cycle else None
        return act.open(thing) and (step is None or thing.status in step.sources)

    def take(self, request: Request) -> Response:
        def run() -> Response:
            thing = self.thing()
            self.must_be_signed_in()
            name = request.data.get("step")
            act = next((act for act in self.acts if act.name == name), None)
            if act is None:
                raise Problem("invalid", errors=[("/step", one_of(act.name for act in self.acts))])
            if not self.may(act, thing):
                raise PermissionDenied(self.permission(act))
            return self.taken(act, thing, wanted_version(request, self.version(thing)))

        return self.once_unless_stale(run)

    def taken(self, act: Act, thing: Any, version: int | None) -> Response:
        request = self.request
        cycle = LIFECYCLES.get(self.model._meta.label_lower)
        if cycle and act.name in cycle.by_name:
            check_state(thing, cycle.by_name[act.name])
        self.check_version(thing, version)
        call = Call(thing, request.user, self.actor(), version)
        form = None
        if act.form is not None:
            form = read(lambda data, files: act.bound(data, files, call), request, leave=("step",))
        elif faults := as_typed(forms.Form(), {n: v for n, v in request.data.items() if n != "step"}):
            raise Problem("invalid", errors=faults)
        made = act.run(form, call)
        return Response(act.answer(made, form)) if act.answer else self.after_step(act, thing, made)

    def after_step(self, act: Act, thing: Any, made: Any) -> Response:
        """The thing as it stands; of an act that makes another thing, that one."""
        if act.creates:
            made = self.again(made)
            row = SHAPES[made._meta.label_lower].rows([made], self.request.user)[0]
            response = kept(self.request, row, str(getattr(made, "version", 0)), headers={"Location": settings.SITE_URL + address_of(made)})
            response.status_code = 201
            return response
        return self.shown(self.again(thing))

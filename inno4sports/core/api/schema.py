"""The OpenAPI description, made from the resources themselves: what they do not say cannot drift."""

import re
from typing import Any

from django.db import models
from django.utils.translation import override
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from ..history import TOLD
from ..lifecycle import LIFECYCLES
from ..models import Thing
from .addresses import RESOURCES, resource_of
from .examples import example_of
from .problems import PROBLEMS, problem_type
from .resource import Resource
from .shape import SHAPES, Cites, Label, PageUrl, Reference, References, Rows, Shape
from .told import Schema, Told, form_schema, permission_words

JSON, PROBLEM_JSON = "application/json", "application/problem+json"
READS = (400, 401, 403, 404, 406, 429, 500, 503)
WRITES = (400, 401, 403, 404, 406, 409, 411, 413, 415, 422, 429, 500, 503)
VERSIONED = (*WRITES, 412, 428)
TEXT: Schema = {"type": "string"}
POINTER: Schema = {"type": "string", "description": "`?name` is a parameter of the address, anything else a JSON pointer into the body"}
PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457. `type` is stable: compare it, not the words.",
    "properties": {
        "type": {"type": "string", "enum": [problem_type(slug) for slug in PROBLEMS]},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "instance": {"type": "string", "description": "The request's id, for asking the operator"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"pointer": POINTER, "detail": TEXT}, "required": ["pointer", "detail"]},
        },
        "current": {"type": "object", "additionalProperties": True, "description": "With 412: the version that stands"},
    },
    "required": ["type", "title", "status", "detail"],
}
HEADERS = {
    "If-Match": "The ETag that was read; its first part, the version, is compared",
    "If-None-Match": "The ETag that is held: 304 while it is good",
    "Idempotency-Key": "Any text up to 200 characters; the same request again, If-Match included, gets the first answer within a day",
    "Accept-Language": "en, nl, es, hu, fi, pl",
}
ANSWER_HEADERS = {
    name: {"schema": TEXT, "description": words}
    for name, words in {
        "Content-Language": "The language of labels and sentences",
        "ETag": "Names the version, for If-Match and If-None-Match",
        "Link": "The licence, where all of it is given away (`rel=license`), and the next page (`rel=next`)",
        "RateLimit": "How many requests are left in this minute (r), and how many seconds of it (t)",
        "Retry-After": "So many seconds to wait",
        "Vary": "What else an answer depends on, for caches",
        "WWW-Authenticate": "Bearer, and what is wrong with the token: unknown, or without the right that is named",
    }.items()
}
OF_ALL = ("Content-Language", "RateLimit", "Vary")
OF_REFUSALS = {401: ("WWW-Authenticate",), 403: ("WWW-Authenticate",), 412: ("ETag",), 429: ("RateLimit", "Retry-After"), 503: ("Retry-After",)}
QUERY = {
    "fields": "Names of fields, separated by commas: only these",
    "expand": "Names of references, separated by commas: the things themselves instead of their keys",
    "limit": "How many on a page, 1 to 100",
    "cursor": "From the answer before",
    "lang": "Language of the words; otherwise Accept-Language decides, then the caller's own language",
}
NEWEST = f" It tells the newest {TOLD}; what is older is not told here."
SUMMARY = {
    "index": "List {things}",
    "create": "Make one of the {things}",
    "one": "Read one of the {things}",
    "replace": "Write one of the {things} anew",
    "amend": "Change some fields of one of the {things}",
    "destroy": "Delete one of the {things}",
    "changes": "Keep a copy of the {things}: what changed since",
    "history": "What happened to one of the {things}",
}


class PortalSchema(AutoSchema):
    """One operation, asked of its resource; an address that is no resource tells of itself (`told`)."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Schema | None:
        self.path, self.path_regex, self.path_prefix, self.method, self.registry = path, path_regex, path_prefix, method.upper(), registry
        with override("en"):
            self.component("Problem", PROBLEM)
            if not isinstance(self.view, Resource):
                told: dict[str, Told] = getattr(self.view, "told", {})
                return self.of_told(told[method.lower()]) if method.lower() in told else None
            return self.of_resource(self.view, self.view.action_map[method.lower()])

    # Resources --------------------------------------------------------------------------------------------------------------

    def of_resource(self, view: Resource, action: str) -> Schema:
        if action in view.told:
            return self.of_told(view.told[action])
        if action == "steps":
            return self.of_steps(view)
        writes, versioned = self.method != "GET", action in ("replace", "amend", "destroy")
        found = self.head(SUMMARY[action].format(things=view.name.replace("-", " ")), f"{view.name}_{action}".replace("-", "_"))
        who = "people of the network who may see it" if action == "history" else permission_words(self.permission(view, action))
        if self.view.closed and who == "whoever may see it":
            who = "whoever is signed in and may see it"
        state = f", while {view.edited_while}" if action in ("replace", "amend") and view.edited_while else ""
        newest = NEWEST if action == "history" else ""
        found["description"] = f"Who: {who}{state}.{newest}{self.right()}"
        headers = ("If-Match",) if versioned else () if writes else ("If-None-Match",)
        found["parameters"] = self.parameters(self.names_of(view, action), (*headers, *(("Idempotency-Key",) if writes else ())))
        if action in ("create", "replace", "amend"):
            form = view.create_form if action == "create" and view.create_form else view.form
            body = form_schema(form, whole=action != "amend")
            if action == "create" and view.proposal_form:
                less = form_schema(view.proposal_form)
                body["required"] = less["required"]
                found["description"] += f"\n\nOf who may only propose one it takes {', '.join(less['properties'])}, and no more."
            found["requestBody"] = self.body(body)
        status = {"create": "201", "destroy": "204"}.get(action, "200")
        answer = None if action == "destroy" else self.answer_of(view, action)
        found["responses"] = self.responses(status, answer, VERSIONED if versioned else WRITES if writes else READS)
        return found

    def names_of(self, view: Resource, action: str) -> dict[str, str]:
        view.action = action
        filters = {name: f"Only those whose {column.replace('__', ' ')} is this" for name, column in view.filters.items()}
        asked = {name: QUERY.get(name, "") for name in view.query if name not in filters}
        for name, words in (("fields", view.shape.names()), ("expand", list(view.shape.expandable()))):
            if name in asked:
                asked[name] += f". There are: {', '.join(words)}" if words else ". There are none here"
        return asked | (filters if action == "index" else {})

    def permission(self, view: Resource, action: str) -> str:
        named = {"create": view.create_permission, "replace": view.edit_permission, "amend": view.edit_permission, "destroy": view.delete_permission}
        return named.get(action, "")

    def answer_of(self, view: Resource, action: str) -> Schema:
        item = self.shape(view.shape)
        if action == "index":
            return obj(items={"type": "array", "items": item}, next={"type": ["string", "null"], "format": "uri"})
        if action == "changes":
            change = obj(id=TEXT, version={"type": "integer"}, gone={"type": "boolean"}, item=item)
            change["required"] = ["id", "gone"]
            change["description"] = "`version` and `item` stand with what is there, not with what is gone"
            return obj(changes={"type": "array", "items": change}, cursor=TEXT, more={"type": "boolean"})
        if action == "history":
            event = obj(verb=TEXT, label=TEXT, by=TEXT, at={"type": "string", "format": "date-time"}, note=TEXT)
            return obj(items={"type": "array", "items": event, "maxItems": TOLD})
        return item

    def of_steps(self, view: Resource) -> Schema:
        things = view.name.replace("-", " ")
        if self.method == "GET":
            found = self.head(f"What you may do now with one of the {things}", f"{view.name}_steps".replace("-", "_"))
            found["description"] = (
                f"Who: whoever may see it; each is shown what is open to them. Asked anew each time: there is no ETag.{self.right()}"
            )
            choices = {"type": ["array", "null"], "items": obj(value={"type": ["string", "integer"]}, label=TEXT)}
            part = obj(name=TEXT, label=TEXT, required={"type": "boolean"}, type=TEXT, choices=choices)
            step = obj(step=TEXT, label=TEXT, fields={"type": "array", "items": part})
            found["parameters"] = self.parameters({}, ())
            found["responses"] = self.responses("200", obj(steps={"type": "array", "items": step}), READS)
            return found
        found = self.head(f"Do something with one of the {things}", f"{view.name}_take_step".replace("-", "_"))
        found["description"] = "\n".join(self.act_line(view, act) for act in view.acts) + self.right()
        found["parameters"] = self.parameters({}, ("If-Match", "Idempotency-Key"))
        bodies = [self.act_body(act) for act in view.acts]
        files = [body for body in bodies if any(p.get("format") == "binary" for p in body["properties"].values())]
        found["requestBody"] = self.body(either(bodies))
        if files:
            found["requestBody"]["content"]["multipart/form-data"] = {"schema": either(files)}
        told = [act.answer_schema for act in view.acts if act.answer_schema]
        done = self.shape(view.shape)
        answers = self.responses("200", {"anyOf": [done, *told]} if told else done, VERSIONED)
        if made := dict.fromkeys(act.creates for act in view.acts if act.creates):
            answers |= self.responses("201", either([self.shape(SHAPES[kind]) for kind in made], "anyOf"), ())
        found["responses"] = answers
        return found

    def act_line(self, view: Resource, act: Any) -> str:
        cycle = LIFECYCLES.get(view.model._meta.label_lower)
        step = cycle.by_name.get(act.name) if cycle else None
        states = f", while {' or '.join(step.sources)}" if step else ""
        told = f"- `{act.name}`: {view.label(act)}. Who: {permission_words(view.permission(act))}{states}."
        if not act.creates:
            return told
        made = SHAPES[act.creates].Meta.model._meta.verbose_name
        return f"{told} Answers the {made} that it makes, with that one's ETag: read this one again before its next step."

    def act_body(self, act: Any) -> Schema:
        body = form_schema(act.form)
        body["properties"] = {"step": {"type": "string", "const": act.name}, **body["properties"]}
        body["required"] = ["step", *body.get("required", [])]
        body["title"] = act.name
        body["example"] = {"step": act.name, **body.get("example", {})}
        return body

    # Parts ------------------------------------------------------------------------------------------------------------------

    def of_told(self, told: Told) -> Schema:
        found = self.head(told.summary, f"{snake(type(self.view).__name__)}_{self.method.lower()}")
        found["description"] = f"Who: {told.permission}.{self.right()}"
        writes, versioned = self.method != "GET", 428 in told.statuses
        headers = (*(("If-Match",) if versioned else ()), "Idempotency-Key") if writes else ("If-None-Match",)
        found["parameters"] = self.parameters(told.query, headers)
        if told.body is not None:
            found["requestBody"] = self.body(told.body if isinstance(told.body, dict) else form_schema(told.body, whole=self.method != "PATCH"))
        answer = self.shape(told.answer) if isinstance(told.answer, type) else told.answer
        found["responses"] = self.responses(str(told.status), answer, (*(WRITES if writes else READS), *told.statuses), told.media_type)
        return found

    def head(self, summary: str, operation_id: str) -> Schema:
        resource = self.path.removeprefix("/api/v1/").split("/")[0] or "index"
        rights = list(self.view.rights(self.method))
        secured: list[Schema] = [{"token": rights}, {"oauth": rights}, {"session": []}]
        open_to_all = self.method == "GET" and not self.view.closed
        return {"operationId": operation_id, "summary": summary, "tags": [resource], "security": [{}, *secured] if open_to_all else secured}

    def right(self) -> str:
        """The sentence on what a token must carry."""
        rights = ", ".join(f"`{right}`" for right in self.view.rights(self.method))
        return f"\n\nRight: {rights}." if rights else ""

    def parameters(self, query: dict[str, str], headers: tuple[str, ...]) -> list[Schema]:
        keys = re.findall(r"{(\w+)}", self.path)
        found: list[Schema] = [{"name": key, "in": "path", "required": True, "schema": self.key_schema(key), **self.key_words(key)} for key in keys]
        for name, words in {**query, "lang": QUERY["lang"]}.items():
            found.append({"name": name, "in": "query", "schema": self.query_schema(name), "description": words})
        for name in (*headers, "Accept-Language"):
            needed = {"required": True} if name == "If-Match" else {}
            found.append({"name": name, "in": "header", "schema": TEXT, "description": HEADERS[name], **needed})
        return found

    def query_schema(self, name: str) -> Schema:
        if name == "limit":
            return {"type": "integer", "minimum": 1, "maximum": 100}
        if name == "lang":
            return {"type": "string", "enum": ["en", "nl", "es", "hu", "fi", "pl"]}
        if isinstance(self.view, Resource) and name in self.view.filters:
            field = self.view.filter_field(name)
            if field.choices:
                return {"type": "string", "enum": [value for value, _words in field.choices]}
            return {"type": "string", "format": "uuid"} if isinstance(field, models.UUIDField) else TEXT
        return TEXT

    def key_words(self, key: str) -> Schema:
        """How a path names a thing."""
        return {"description": "The slug or the id"} if f"slug:{key}>" in self.path_regex and issubclass(self.model_of(key), Thing) else {}

    def model_of(self, key: str) -> Any:
        """What a slug in the path stands for."""
        return resource_of("clusters.cluster").model if key == "cluster" else RESOURCES[self.path.split("/")[3]].model

    def key_schema(self, key: str) -> Schema:
        return (
            {"type": "string", "format": "uuid"}
            if f"uuid:{key}>" in self.path_regex
            else {"type": "integer"}
            if f"int:{key}>" in self.path_regex
            else TEXT
        )

    def body(self, schema: Schema) -> Schema:
        shown = {"schema": {name: part for name, part in schema.items() if name != "example"}, "example": example_of(schema, self.components())}
        binary = any(p.get("format") == "binary" for p in schema.get("properties", {}).values())
        return {"content": {"multipart/form-data" if binary else JSON: shown}, "required": True}

    def responses(self, status: str, answer: Schema | None, refused: tuple[int, ...], media_type: str = JSON) -> Schema:
        reads, steps = self.method == "GET", self.path.endswith("/steps/")
        told: Schema = {
            "description": "Found" if reads else "Made; Location says where" if status == "201" else "Done",
            "headers": header_refs(*OF_ALL),
        }
        if answer is not None and media_type == JSON and not (reads and steps):
            told["headers"] |= header_refs("ETag", "Link")
        if status == "201":
            told["headers"]["Location"] = {"schema": {"type": "string", "format": "uri"}}
        if not reads:
            told["headers"]["Idempotency-Replayed"] = {
                "schema": {"const": "true"},
                "description": "The key was used before: this is the first answer",
            }
        if answer is not None:
            told["content"] = {media_type: {"schema": answer, "example": example_of(answer, self.components())}}
        found = {status: told}
        if "ETag" in told["headers"] and reads:
            found["304"] = {"description": "What you hold is good", "headers": header_refs(*OF_ALL, "ETag")}
        problem = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for code in sorted({*refused, *((410,) if self.path.endswith("/changes/") else ())}):
            words = "; ".join(f"`{slug}`: {title}" for slug, (known, title) in PROBLEMS.items() if known == code)
            headers = {"headers": header_refs(*OF_REFUSALS[code])} if code in OF_REFUSALS else {}
            found[str(code)] = {"description": words, **headers, "content": problem}
        return found

    def shape(self, shape: type[Shape]) -> Schema:
        """The component of a shape, made once."""
        name = shape.__name__.removesuffix("Shape")
        schema = self._map_basic_serializer(shape(), "response")
        schema.pop("required", None)  # `?fields=` may leave any of them out
        schema["additionalProperties"] = False
        for inner in schema["properties"].values():
            if (title := inner.pop("title", None)) and "description" not in inner:  # a title names classes in generated clients
                inner["description"] = title
        for guarded in shape.guarded:
            schema["properties"][guarded] = nullable(schema["properties"][guarded])
        return self.component(name, schema)

    def component(self, name: str, schema: Schema) -> Schema:
        part = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema)
        self.registry.register_on_missing(part)
        return {"$ref": f"#/components/schemas/{name}"}

    def components(self) -> dict[str, Any]:
        return {name: part.schema for (name, _type), part in self.registry._components.items()}

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> Schema:
        key: Schema = {"anyOf": [TEXT, {"type": "object", "additionalProperties": True}]}
        if isinstance(field, References):
            return {"type": "array", "items": key}
        if isinstance(field, Reference):
            return {"anyOf": [*key["anyOf"], {"type": "null"}]} if field.model in SHAPES else {"type": ["string", "null"]}
        if isinstance(field, Rows):
            return {"type": "array", "items": self._map_basic_serializer(field.shape(), "response")}
        if isinstance(field, Label):
            return {"type": "string", "readOnly": True}
        if isinstance(field, PageUrl):
            return {"type": "string", "format": "uri", "readOnly": True}
        if isinstance(field, Cites):
            closed = {"type": ["string", "null"]}
            return {"type": "array", "items": obj(kind=TEXT, id=closed, title=closed, url=closed, api_url=closed)}
        if (own := getattr(field, "schema", None)) is not None:
            return dict(own)
        found: Schema = super()._map_serializer_field(field, direction, bypass_extensions)
        return found

    def _map_basic_serializer(self, serializer: Any, direction: str) -> Schema:
        """An empty text fits a text and an address: of what a value may be, more than one may fit."""
        found: Schema = super()._map_basic_serializer(serializer, direction)
        if type(serializer).__doc__ is None:
            found.pop("description", None)  # its parent's, for who writes one
        for name, held in getattr(serializer, "holds", {}).items():
            if name in found["properties"]:
                found["properties"][name] |= held
        for inner in found["properties"].values():
            if "oneOf" in inner:
                inner["anyOf"] = inner.pop("oneOf")
        return found

    def _insert_field_validators(self, field: Any, schema: Schema) -> None:
        """Formats; but not how far an integer reaches, which depends on the database."""
        super()._insert_field_validators(field, schema)
        if isinstance(field, serializers.IntegerField):
            for name in ("minimum", "maximum", "format"):
                schema.pop(name, None)


def obj(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def header_refs(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def either(bodies: list[Schema], word: str = "oneOf") -> Schema:
    return bodies[0] if len(bodies) == 1 else {word: bodies}


def nullable(schema: Schema) -> Schema:
    kind = schema.get("type")
    return {**schema, "type": [kind, "null"]} if isinstance(kind, str) else {"anyOf": [schema, {"type": "null"}]}

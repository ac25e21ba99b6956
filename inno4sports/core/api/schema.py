"""The OpenAPI description, made from the resources themselves: what they do not say cannot drift."""

import re
from typing import Any

from django.utils.translation import override
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from ..lifecycle import LIFECYCLES
from .problems import PROBLEMS, problem_type
from .resource import Resource
from .shape import SHAPES, Cites, Label, PageUrl, Reference, References, Rows, Shape
from .told import Schema, Told, example_of, form_schema, permission_words

JSON, PROBLEM_JSON = "application/json", "application/problem+json"
READS = (400, 401, 403, 404, 406, 429, 500)
WRITES = (400, 401, 403, 404, 406, 409, 413, 415, 422, 429, 500)
VERSIONED = (*WRITES, 412, 428)
TEXT: Schema = {"type": "string"}
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
            "items": {"type": "object", "properties": {"pointer": TEXT, "detail": TEXT}, "required": ["pointer", "detail"]},
        },
        "current": {"type": "object", "additionalProperties": True, "description": "With 412: the version that stands"},
    },
    "required": ["type", "title", "status", "detail"],
}
HEADERS = {
    "If-Match": "The ETag that was read; its first part, the version, is compared",
    "If-None-Match": "The ETag that is held: 304 while it is good",
    "Idempotency-Key": "Any text up to 200 characters; the same request again within a day gets the first answer",
    "Accept-Language": "en, nl, es, hu, fi, pl",
}
QUERY = {
    "fields": "Names of fields, separated by commas: only these",
    "expand": "Names of references, separated by commas: the things themselves instead of their keys",
    "limit": "How many on a page, 1 to 100",
    "cursor": "From the answer before",
    "lang": "Language of the words; otherwise Accept-Language decides",
}
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
        found["description"] = f"Who: {permission_words(self.permission(view, action))}."
        headers = ("If-Match",) if versioned else () if writes else ("If-None-Match",)
        found["parameters"] = self.parameters(self.names_of(view, action), (*headers, *(("Idempotency-Key",) if action == "create" else ())))
        if action in ("create", "replace", "amend"):
            form = view.create_form if action == "create" and view.create_form else view.form
            found["requestBody"] = self.body(form_schema(form, whole=action != "amend"))
        status = {"create": "201", "destroy": "204"}.get(action, "200")
        answer = None if action == "destroy" else self.answer_of(view, action)
        found["responses"] = self.responses(status, answer, VERSIONED if versioned else WRITES if writes else READS)
        return found

    def names_of(self, view: Resource, action: str) -> dict[str, str]:
        view.action = action
        filters = (
            {name: f"Only those whose {column.replace('__', ' ')} is this" for name, column in view.filters.items()} if action == "index" else {}
        )
        return {name: QUERY.get(name, "") for name in view.query if name not in filters} | filters

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
            return obj(changes={"type": "array", "items": change}, cursor=TEXT, more={"type": "boolean"})
        if action == "history":
            event = obj(verb=TEXT, label=TEXT, by=TEXT, at={"type": "string", "format": "date-time"}, note=TEXT)
            return obj(items={"type": "array", "items": event})
        return item

    def of_steps(self, view: Resource) -> Schema:
        things = view.name.replace("-", " ")
        if self.method == "GET":
            found = self.head(f"What you may do now with one of the {things}", f"{view.name}_steps".replace("-", "_"))
            found["description"] = "Who: whoever may see it; each is shown what is open to them."
            step = obj(step=TEXT, label=TEXT, fields={"type": "array", "items": obj(name=TEXT, label=TEXT, required={"type": "boolean"})})
            found["parameters"] = self.parameters({}, ())
            found["responses"] = self.responses("200", obj(steps={"type": "array", "items": step}), READS)
            return found
        found = self.head(f"Do something with one of the {things}", f"{view.name}_take_step".replace("-", "_"))
        found["description"] = "\n".join(self.act_line(view, act) for act in view.acts)
        found["parameters"] = self.parameters({}, ("If-Match", "Idempotency-Key"))
        bodies = [self.act_body(act) for act in view.acts]
        files = [body for body in bodies if any(p.get("format") == "binary" for p in body["properties"].values())]
        found["requestBody"] = self.body(either(bodies))
        if files:
            found["requestBody"]["content"]["multipart/form-data"] = {"schema": either(files)}
        answers = self.responses("200", self.shape(view.shape), VERSIONED)
        if any(act.creates for act in view.acts):
            answers["201"] = {
                "description": "Made; Location says where",
                "content": {JSON: {"schema": {"type": "object", "additionalProperties": True}}},
            }
        found["responses"] = answers
        return found

    def act_line(self, view: Resource, act: Any) -> str:
        cycle = LIFECYCLES.get(view.model._meta.label_lower)
        step = cycle.by_name.get(act.name) if cycle else None
        states = f", while {' or '.join(step.sources)}" if step else ""
        return f"- `{act.name}`: {view.label(act)}. Who: {permission_words(view.permission(act))}{states}."

    def act_body(self, act: Any) -> Schema:
        body = form_schema(act.form)
        body["properties"] = {"step": {"type": "string", "const": act.name}, **body["properties"]}
        body["required"] = ["step", *body.get("required", [])]
        body["title"] = act.name
        return body

    # Parts ------------------------------------------------------------------------------------------------------------------

    def of_told(self, told: Told) -> Schema:
        found = self.head(told.summary, f"{snake(type(self.view).__name__)}_{self.method.lower()}")
        found["description"] = f"Who: {told.permission}."
        writes = self.method != "GET"
        found["parameters"] = self.parameters(told.query, ("If-None-Match",) if not writes else ())
        if told.body is not None:
            found["requestBody"] = self.body(told.body if isinstance(told.body, dict) else form_schema(told.body))
        answer = self.shape(told.answer) if isinstance(told.answer, type) else told.answer
        found["responses"] = self.responses(str(told.status), answer, (*(WRITES if writes else READS), *told.statuses), told.media_type)
        return found

    def head(self, summary: str, operation_id: str) -> Schema:
        resource = self.path.removeprefix("/api/v1/").split("/")[0]
        secured: list[Schema] = [{"token": []}, {"session": []}]
        return {"operationId": operation_id, "summary": summary, "tags": [resource], "security": secured if self.method != "GET" else [{}, *secured]}

    def parameters(self, query: dict[str, str], headers: tuple[str, ...]) -> list[Schema]:
        keys = re.findall(r"{(\w+)}", self.path)
        found: list[Schema] = [{"name": key, "in": "path", "required": True, "schema": self.key_schema(key)} for key in keys]
        for name, words in {**query, "lang": QUERY["lang"]}.items():
            schema: Schema = {"type": "integer", "minimum": 1, "maximum": 100} if name == "limit" else TEXT
            if name == "lang":
                schema = {"type": "string", "enum": ["en", "nl", "es", "hu", "fi", "pl"]}
            found.append({"name": name, "in": "query", "schema": schema, "description": words})
        for name in (*headers, "Accept-Language"):
            found.append({"name": name, "in": "header", "schema": TEXT, "description": HEADERS[name]})
        return found

    def key_schema(self, key: str) -> Schema:
        return (
            {"type": "string", "format": "uuid"}
            if f"uuid:{key}>" in self.path_regex
            else {"type": "integer"}
            if f"int:{key}>" in self.path_regex
            else TEXT
        )

    def body(self, schema: Schema) -> Schema:
        shown = {"schema": schema, "example": example_of(schema, self.components())}
        binary = any(p.get("format") == "binary" for p in schema.get("properties", {}).values())
        return {"content": {"multipart/form-data" if binary else JSON: shown}, "required": True}

    def responses(self, status: str, answer: Schema | None, refused: tuple[int, ...], media_type: str = JSON) -> Schema:
        told: Schema = {"description": "Done" if self.method != "GET" else "Found", "headers": {"ETag": {"schema": TEXT}}}
        if answer is not None:
            told["content"] = {media_type: {"schema": answer, "example": example_of(answer, self.components())}}
        found = {status: told}
        if self.method == "GET":
            found["304"] = {"description": "What you hold is good"}
        problem = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for code in sorted({*refused, *((410,) if self.path.endswith("/changes/") else ())}):
            words = "; ".join(f"`{slug}`: {title}" for slug, (known, title) in PROBLEMS.items() if known == code)
            found[str(code)] = {"description": words, "content": problem}
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
            return {"type": "array", "items": obj(kind=TEXT, id=closed, title=closed, url=closed)}
        if (own := getattr(field, "schema", None)) is not None:
            return dict(own)
        found: Schema = super()._map_serializer_field(field, direction, bypass_extensions)
        return found

    def _insert_field_validators(self, field: Any, schema: Schema) -> None:
        """Formats; but not how far an integer reaches, which depends on the database."""
        super()._insert_field_validators(field, schema)
        if isinstance(field, serializers.IntegerField):
            for name in ("minimum", "maximum", "format"):
                schema.pop(name, None)


def obj(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def either(bodies: list[Schema]) -> Schema:
    return bodies[0] if len(bodies) == 1 else {"oneOf": bodies}


def nullable(schema: Schema) -> Schema:
    kind = schema.get("type")
    return {**schema, "type": [kind, "null"]} if isinstance(kind, str) else {"anyOf": [schema, {"type": "null"}]}

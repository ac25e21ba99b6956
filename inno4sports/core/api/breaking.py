"""What in a new description would break a program written for the old one."""

from typing import Any

Doc = dict[str, Any]


def broken(old: Doc, new: Doc) -> list[str]:
    """One line for each: an operation, an answer, a field that is gone; a type that changed; a field that is newly required."""
    found: list[str] = []
    for path, methods in old["paths"].items():
        for method, operation in methods.items():
            name = f"{method.upper()} {path}"
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                found.append(f"{name} is gone")
                continue
            found += [f"{name} no longer answers {code}" for code in operation["responses"] if code < "300" and code not in after["responses"]]
            found += [f"{name} no longer takes ?{p}" for p in query(operation) - query(after)]
            found += requests(name, operation, after)
    for component, schema in old["components"]["schemas"].items():
        after = new["components"]["schemas"].get(component)
        found += [f"{component} is gone"] if after is None else answers(component, schema, after)
    return found


def query(operation: Doc) -> set[str]:
    return {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}


def requests(name: str, old: Doc, new: Doc) -> list[str]:
    """Of bodies: a field or step that is no longer taken, one that is newly required."""
    found = []
    after = bodies(new)
    for title, schema in bodies(old).items():
        if title not in after:
            found.append(f"{name} no longer takes {title or 'a body'}")
            continue
        here, there = schema.get("properties", {}), after[title].get("properties", {})
        found += [f"{name} {title} no longer takes {field}" for field in here if field not in there]
        found += [f"{name} {title} requires {field}" for field in after[title].get("required", []) if field not in schema.get("required", [])]
    return found


def bodies(operation: Doc) -> dict[str, Doc]:
    contents = operation.get("requestBody", {}).get("content", {})
    schemas = [content["schema"] for content in contents.values()]
    return {one.get("title", ""): one for schema in schemas for one in schema.get("oneOf", [schema])}


def answers(name: str, old: Doc, new: Doc) -> list[str]:
    """Of what is answered: a field that is gone or has another type."""
    found = []
    for field, schema in old.get("properties", {}).items():
        after = new.get("properties", {}).get(field)
        if after is None:
            found.append(f"{name}.{field} is gone")
        elif shape(schema) != shape(after):
            found.append(f"{name}.{field} has another type")
    return found


def shape(schema: Doc) -> Any:
    """Type and format; enums may grow, words may change."""
    kind = schema.get("type")
    return (sorted(kind) if isinstance(kind, list) else kind, schema.get("format"), "anyOf" in schema, schema.get("$ref"))


def unsaid(lines: list[str], changelog: str) -> list[str]:
    """Those that the changelog does not name word for word."""
    return [line for line in lines if line not in changelog]

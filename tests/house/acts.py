"""The acts of the portal, found by looking into the domain modules."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import _GeneratorContextManager
from types import CodeType
from typing import Any

OURS = ("inno4sports", "clusters", "learning", "actionplans", "dissemination")
# Words of Django by which rows are written.
WRITERS = {"save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "update", "delete", "create_user"}


def domain_functions(app: str) -> dict[str, Callable[..., Any]]:
    """The public functions of `<app>.domain` by name, each from the module that defines it."""
    found: dict[str, Callable[..., Any]] = {}
    for function in public_functions(f"{app}.domain"):
        assert function.__name__ not in found, f"two acts are called {function.__name__}"
        found[function.__name__] = function
    return found


def public_functions(package: str) -> Iterator[Callable[..., Any]]:
    """The functions of all modules of a package, but of its migrations, that have no underscore."""
    for info in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if ".migrations" not in info.name:
            for name, function in vars(importlib.import_module(info.name)).items():
                if inspect.isfunction(function) and function.__module__ == info.name and not name.startswith("_"):
                    yield function


def writes(function: Callable[..., Any]) -> bool:
    """Does it, or a function of ours that it names, use one of Django's words for writing?"""
    return uses(function, WRITERS)


def uses(function: Callable[..., Any], wanted: set[str], _asked: frozenset[str] = frozenset()) -> bool:
    """Does it, or a function of ours that it names, use one of these words?"""
    inner = inspect.unwrap(function)
    if inner.__qualname__ in _asked:
        return False
    words = set(_words(inner.__code__)) | _decorators(function)
    if words & wanted:
        return True
    named = [inner.__globals__.get(word) for word in words]
    ours = [f for f in named if inspect.isfunction(f) and inspect.unwrap(f).__module__.split(".")[0] in OURS]
    return any(uses(f, wanted, _asked | {inner.__qualname__}) for f in ours)


def _decorators(function: Callable[..., Any]) -> set[str]:
    """Names of the context managers that decorate it: each is held by its wrapper."""
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    return {cell.func.__name__ for cell in cells if isinstance(cell, _GeneratorContextManager)}


def _words(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _words(inner)

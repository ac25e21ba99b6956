"""Every act, found by looking: each has its row in the sweep over failing statements (tests/soak)."""

import ast
import pathlib

import pytest

from tests.house.acts import domain_functions, writes
from tests.soak import acts_actionplans, acts_clusters, acts_dissemination, acts_learning

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = {"clusters": acts_clusters, "learning": acts_learning, "actionplans": acts_actionplans, "dissemination": acts_dissemination}
PARTS = {"invite": "a part of other acts, in their transaction: swept with invite_member and create_cluster"}


@pytest.mark.parametrize("app", TABLES)
def test_every_act_has_its_row_in_the_sweep(app):
    rows = {name.split()[0] for name in TABLES[app].ACTS}
    acts = {name for name, function in domain_functions(app).items() if writes(function)}
    assert rows == acts - set(PARTS)


def test_what_writes_is_found_by_looking():
    found = domain_functions("learning")
    assert writes(found["submit_feedback"]), "by the floor's words"
    assert writes(found["register_for_session"]), "through a private function of its module"
    assert not writes(found["requests_to_remind"])
    assert not writes(found["summary_of"])


def test_exceptions_are_still_there():
    everything = {name: function for app in TABLES for name, function in domain_functions(app).items()}
    assert all(writes(everything[name]) for name in PARTS)


@pytest.mark.parametrize("path", sorted(p for app in TABLES for p in (ROOT / app / "domain").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_acts_read_anew_inside_their_transaction(path):
    """After it, a failing read would say that the act failed although it was done."""
    for function in ast.parse(path.read_text()).body:
        if isinstance(function, ast.FunctionDef):
            inside = {id(node) for block in ast.walk(function) if isinstance(block, ast.With) for node in ast.walk(block)}
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and node.attr == "refresh_from_db":
                    assert id(node) in inside, f"{function.name} reads anew after its transaction"

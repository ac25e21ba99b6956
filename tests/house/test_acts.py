"""Every act, found by looking: each has its row in the sweep over failing statements (tests/soak)."""

import ast
import pathlib

import pytest

from tests.house.acts import domain_functions, public_functions, uses, writes
from tests.soak import acts_actionplans, acts_clusters, acts_core, acts_dissemination, acts_learning

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = {"clusters": acts_clusters, "learning": acts_learning, "actionplans": acts_actionplans, "dissemination": acts_dissemination}
PARTS = {
    "deliver_webhooks": "each row is settled alone; whatever stops it, the next run goes on (tests/api/test_webhooks.py)",
    "invite": "a part of other acts, in their transaction: swept with invite_member and create_cluster",
}


@pytest.mark.parametrize("app", TABLES)
def test_every_act_has_its_row_in_the_sweep(app):
    rows = {name.split()[0] for name in TABLES[app].ACTS}
    acts = {name for name, function in domain_functions(app).items() if writes(function)}
    assert rows == acts - set(PARTS)


# What stands on no page that is kept and in no part of one (docs/adr/0018, 0026), and happens often or to many.
SEEN_ON_NO_KEPT_PAGE = {
    "save_feedback": "a draft is read by its author alone",
    "compose_digests": "mails",
    "change_preferences": "the own mails",
    "unsubscribe": "the own mails",
    "forget_declined_contacts": "contacts of what was never shown",
    "create_token": "the own tokens",
    "revoke_token": "the own tokens",
    "revoke_leaked_token": "the own tokens",
    "use_token": "when a token was used, for its owner",
    "forget_old_tokens": "the own tokens",
    "use_access_token": "when a program was used, for who keeps it",
    "withdraw_approval": "the own approvals",
    "create_webhook": "of programs",
    "delete_webhook": "of programs",
    "send_again": "of programs",
    "tell_webhooks": "of programs, and often",
    "forget_waiting_deliveries": "of programs",
    "forget_old_deliveries": "of programs",
    "revoke_leaked_access_token": "of programs",
    "forget_ended_access_tokens": "of programs",
    "forget_old_invitations": "invitations are shown to managers",
}


@pytest.mark.parametrize("app", TABLES)
def test_every_act_renews_what_is_kept(app):
    """By `acting`, as itself or within `changing` and `taking`: else somebody gets a page from before the act."""
    acts = {name: function for name, function in domain_functions(app).items() if writes(function) and name not in PARTS}
    silent = {name for name, function in acts.items() if not uses(function, {"acting"})}
    assert silent == set(acts) & set(SEEN_ON_NO_KEPT_PAGE)


IN_AN_ACT = "runs in the transaction of the act that calls it, and is swept with it"
EACH_ALONE = "each row is settled alone; whatever stops it, the next run goes on (tests/core)"
OF_THE_FLOOR = {
    "cite": IN_AN_ACT,
    "record": IN_AN_ACT,
    "notify": IN_AN_ACT,
    "reindex": IN_AN_ACT,
    "store_file": IN_AN_ACT,
    "log_changes": IN_AN_ACT,
    "log_moved": IN_AN_ACT,
    "once": "key, act and kept answer are one transaction (tests/api)",
    "asked_for": "feeds a digest",
    "replayed": "reads what `once` kept",
    "refer": "fills the rows of an answer",
    "changing": IN_AN_ACT,
    "taking": IN_AN_ACT,
    "save_changed": IN_AN_ACT,
    "send_mail_later": IN_AN_ACT,
    "send_mails_later": IN_AN_ACT,
    "deliver": EACH_ALONE,
    "deliver_some": EACH_ALONE,
    "forget_lost_files": EACH_ALONE,
    "remember_words": "after the commit: nothing of the act hangs on it",
    "verbs": "fills a dictionary",
    "causes": "fills a dictionary",
}


def test_what_the_floor_writes_has_its_row_in_the_sweep():
    found = {function.__name__ for function in public_functions("inno4sports.core") if writes(function)}
    assert found - set(OF_THE_FLOOR) == set(acts_core.ACTS) - {"send_messages"}, "that one is a method"
    assert set(OF_THE_FLOOR) <= found


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

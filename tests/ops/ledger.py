"""What must be true after a busy day, whatever was killed: every acknowledged act is there once, every mail arrived."""

from collections import Counter, defaultdict

from tests.ops.load import BusyDay
from tests.ops.machine import until


def check(day: BusyDay, *, kills: int, within: float = 60) -> dict[str, int]:
    """Compare the ledger with the database and the mail server; answers how much was compared."""
    machine = day.machine
    assert day.failures == [], "\n".join(day.failures[:10])
    acts = {
        "feedback": "SELECT i.email FROM learning_feedback f JOIN learning_feedbackinvitation i ON i.id = f.invitation_id WHERE f.status = 'submitted'",
        "approve": "SELECT slug FROM clusters_organisation WHERE status = 'approved'",
        "invite": "SELECT email FROM clusters_invitation",
        "need": "SELECT text FROM clusters_learningneed",
    }
    for kind, sql in acts.items():
        found = sorted(value for (value,) in machine.rows(sql))
        assert found == sorted(day.acknowledged[kind]), f"{kind}: what was acknowledged is there, once, and nothing else"
    verbs = dict(machine.rows("SELECT verb, count(*) FROM core_historyevent GROUP BY verb"))
    for kind, verb in (("feedback", "submit_feedback"), ("approve", "approve_organisation"), ("invite", "invite_member"), ("need", "add_need")):
        assert verbs.get(verb, 0) == len(day.acknowledged[kind]), f"{verb} is in the history once for each"

    until(lambda: machine.rows("SELECT 1 FROM core_outboxmail WHERE status IN ('queued', 'leased')") == [], within, "the outbox is empty")
    return {"acts": day.acts, "reads": day.reads, "mails": check_mails(day, kills)}


def check_mails(day: BusyDay, kills: int) -> int:
    machine = day.machine
    states = dict(machine.rows("SELECT status, count(*) FROM core_outboxmail GROUP BY status"))
    owed = dict(machine.rows("SELECT public_id::text, \"to\" FROM core_outboxmail WHERE status = 'sent'"))
    assert set(states) <= {"sent", "not_due"}, states
    arrived = Counter(mail["Message-ID"].strip("<>").partition("@")[0] for mail in machine.sink.mails)
    assert set(arrived) == set(owed), "every mail arrived under its own id, and none besides"
    doubled = sum(arrived.values()) - len(arrived)
    assert doubled <= kills, f"{doubled} repeated, {kills} killed"
    by_address: dict[str, set[str]] = defaultdict(set)
    for mail in machine.sink.mails:
        by_address[mail["To"]].add(mail["Message-ID"])
    wanted = {*day.world["guests"], *day.acknowledged["invite"]}
    assert {a for a in wanted if len(by_address[a]) != 1} == set(), "one mail each, a repeated one under the same id"
    for manager in day.world["managers"][1:]:
        assert len(by_address[manager]) == 1, "one digest a person and day, with two beats"
    return len(arrived)

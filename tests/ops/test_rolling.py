"""Production's processes under the load of a busy day while each is restarted or killed: nothing fails, is lost or doubled."""

import random
import time

import pytest

from tests.ops.ledger import check
from tests.ops.load import BusyDay
from tests.ops.machine import BEATS, WEBS, WORKERS, Machine, until

pytestmark = [pytest.mark.processes, pytest.mark.servers]


def roll(machine: Machine, name: str) -> None:
    machine.end(name)
    machine.start(name)


def kill(machine: Machine, name: str) -> None:
    machine.kill(name)
    machine.start(name)


def test_rolling_upgrade_and_kills_under_load_lose_and_double_nothing(machine):
    world = machine.world(150)
    machine.start_all()
    day = BusyDay(machine, world).start()
    until(lambda: day.acts > 20, 60, "people act")

    machine.release = "next"
    machine.manage("manage.py", "migrate", "--noinput", "-v0")
    for name in (*WEBS, *WORKERS, *BEATS):
        roll(machine, name)
    assert machine.rows("SELECT later FROM core_outboxmail LIMIT 1") == [("",)], "it was migrated in between"
    assert not day.broken, "nobody noticed"

    machine.kill("worker-0", children_only=True)
    kill(machine, "web-1")
    kill(machine, "worker-1")
    kill(machine, "beat-0")
    done = day.acts
    until(lambda: day.acts > done + 20, 60, "people act on")
    day.stop()
    found = check(day, kills=3)
    assert sum(day.broken.values()) <= 2 * len(day.threads), "of each web process that was killed what it was just doing"
    until(machine.ready, 60, "healthy by itself")
    print(f"{found}, broken and sent again {dict(day.broken)}, slowest {day.slowest:.2f} s")
    assert found["mails"] > 150


@pytest.mark.soak
def test_rolling_for_five_minutes_with_kills_at_random(machine):
    world = machine.world(2000)
    machine.start_all()
    day = BusyDay(machine, world).start()
    dice, kills, until_then = random.Random(11), 0, time.monotonic() + 300
    while time.monotonic() < until_then:
        name = dice.choice([*WEBS, *WORKERS, *BEATS])
        how = dice.choice(["roll", "kill", "kill", "child"])
        if how == "roll":
            roll(machine, name)
        elif how == "child" and not name.startswith("beat"):
            machine.kill(name, children_only=True)
            kills += 1
        else:
            kill(machine, name)
            kills += 1
        time.sleep(dice.uniform(0, 4))
    day.stop()
    found = check(day, kills=kills, within=120)
    print(f"{found}, {kills} kills, broken and sent again {dict(day.broken)}, slowest {day.slowest:.2f} s")

"""The embedded SQLite under many writers and readers in several processes: everybody waits their turn, nobody is told "locked"."""

import json
import subprocess
import sys
import time

import pytest

from tests.ops.portal import ROOT, environment

PREPARE = """
import django, json
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from tests import factories as make
north = make.cluster("north", code="NOR", region_names={"en": "North"})
make.member(north, make.user("ben@north.example", "Ben"), "manager")
make.topic("winter")
"""

WORK = """
import collections, json, sys, threading, time, django
django.setup()
from django.db import OperationalError, connection
from clusters.domain.cluster import add_need
from clusters.models import Cluster, LearningNeed, Topic, User
from inno4sports.core.models import Actor, HistoryEvent
name, seconds, writers, readers = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
counted, locked, until = collections.Counter(), [], time.monotonic() + seconds

def work(what):
    try:
        while time.monotonic() < until:
            try:
                what()
            except OperationalError as error:
                locked.append(str(error))
    finally:
        connection.close()

def writer(n):
    ben = Actor.objects.of(User.objects.get(email="ben@north.example"))
    north, topic = Cluster.objects.get(), Topic.objects.get()
    def write():
        add_need(north, topic=topic, text=f"{name} {n}", language="en", by=ben)
        counted["written"] += 1
    work(write)

def reader(_n):
    def read():
        list(LearningNeed.objects.select_related("topic").order_by("-id")[:20])
        HistoryEvent.objects.filter(verb="add_need").count()
        counted["read"] += 1
        time.sleep(0.02)  # a page takes its time between two questions
    work(read)

threads = [threading.Thread(target=writer, args=(n,)) for n in range(writers)] + [threading.Thread(target=reader, args=(n,)) for n in range(readers)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps({"written": counted["written"], "read": counted["read"], "locked": locked}))
"""

PROCESSES = 2


def twenty_write_and_fifty_read(tmp_path, seconds: float) -> None:
    env = environment(tmp_path / "data", 8000)
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=env, check=True)
    began = time.monotonic()
    working = [
        subprocess.Popen(
            [sys.executable, "-c", WORK, str(n), str(seconds), str(20 // PROCESSES), str(50 // PROCESSES)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(PROCESSES)
    ]
    found = [json.loads(process.communicate()[0]) for process in working]
    assert [word for one in found for word in one["locked"]] == []
    written = sum(one["written"] for one in found)
    count = "import django; django.setup(); from clusters.models import LearningNeed as L; print(L.objects.count())"
    done = subprocess.run([sys.executable, "-c", count], cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    assert int(done.stdout) == written > 20, "each of them once"
    print(f"{written} written, {sum(one['read'] for one in found)} read in {time.monotonic() - began:.0f} s")


@pytest.mark.processes
def test_sqlite_with_twenty_writers_and_fifty_readers(tmp_path):
    twenty_write_and_fifty_read(tmp_path, 8)


@pytest.mark.soak
def test_sqlite_with_twenty_writers_and_fifty_readers_for_a_minute(tmp_path):
    twenty_write_and_fifty_read(tmp_path, 60)

"""What a web process holds: none of the heavy libraries of the workers, and no more after ten thousand requests than before."""

import itertools
import subprocess
import sys

import psutil
import pytest

from tests.ops.load import BusyDay, Person
from tests.ops.machine import Machine
from tests.ops.portal import ROOT, environment

HEAVY = ("typst", "openpyxl", "docx", "numpy", "PIL")
IMPORT = f"""
import sys, inno4sports.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def test_web_process_imports_nothing_heavy(tmp_path):
    done = subprocess.run([sys.executable, "-c", IMPORT], cwd=ROOT, env=environment(tmp_path, 8000), check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def memory_of(machine: Machine) -> float:
    """Megabytes that the children of the web server hold alone."""
    children = psutil.Process(machine.running["web-0"].pid).children(recursive=True)
    return sum(child.memory_full_info().uss for child in children) / 2**20


@pytest.mark.soak
@pytest.mark.processes
@pytest.mark.servers
def test_web_process_is_flat_over_ten_thousand_requests(machine):
    """Signed in and not, all pages that visitors find; the shelf of pages is full before the measurement begins."""
    day = BusyDay(machine, machine.world(20))
    machine.start("web-0")
    visitor, manager = Person(day), Person(day)
    manager.sign_in(day.world["managers"][0])
    pages = itertools.cycle([(person, path) for path in BusyDay.READ for person in (visitor, manager)])
    held = []
    for n in range(12_001):
        if n >= 2000 and n % 2000 == 0:
            held.append(memory_of(machine))
        person, path = next(pages)
        person.ask("GET", path, expected=(200,))
    print(f"MB after 2,000 to 12,000 requests: {[round(mb, 1) for mb in held]}")
    assert day.failures == []
    assert held[-1] - held[1] < 0.02 * held[1] + 2

"""What a first visit costs in a real browser: bytes by kind, requests, nothing that holds the page up, nothing that jumps, nobody else asked."""

import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection

from tests.journeys.screens import ROOT
from tests.journeys.test_screens import browser, ship  # noqa: F401 -- a fixture

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]

MOST = {"Document": 30_000, "Stylesheet": 20_000, "Script": 30_000, "Font": 60_000}
MOST_REQUESTS = 16
SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const shift of list.getEntries()) sum += shift.value; }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum), 500);
})"""
BLOCKING = "() => performance.getEntriesByType('resource').filter(e => e.initiatorType === 'script' && e.renderBlockingStatus === 'blocking').map(e => e.name)"


@pytest.fixture
def portal(settings, tmp_path):
    """The demo behind a server of its own: the tests' server hands out static files as they lie there, not compressed."""
    settings.MAIL_DIR = tmp_path / "mail"
    ship()
    call_command("load_demo")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    facts = connection.settings_dict
    database = f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
    told = {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": database, "SITE_URL": f"http://127.0.0.1:{port}", "PAGE_CACHE": "on"}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "inno4sports.settings", **told}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "inno4sports.wsgi"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _try in range(300):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize("width", [360, 1280])
def test_first_visit_is_light_and_calm(width, browser, portal):  # noqa: F811 -- the fixture
    for path in ("/", "/findings/", "/hu/findings/"):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        wire = context.new_cdp_session(page)
        kinds, bytes_of, hosts = {}, {}, set()
        wire.on("Network.responseReceived", lambda e, kinds=kinds: kinds.update({e["requestId"]: e["type"]}))
        wire.on("Network.loadingFinished", lambda e, found=bytes_of: found.update({e["requestId"]: e["encodedDataLength"]}))
        page.on("request", lambda request, hosts=hosts: hosts.add(urlsplit(request.url).netloc))
        wire.send("Network.enable")
        page.goto(portal + path, wait_until="networkidle")
        shift = page.evaluate(SHIFT)
        blocking = page.evaluate(BLOCKING)
        context.close()
        sums = {kind: sum(size for request, size in bytes_of.items() if kinds.get(request) == kind) for kind in MOST}
        assert all(0 < sums[kind] <= most for kind, most in MOST.items()), f"{path}: {sums}"
        assert len(kinds) <= MOST_REQUESTS, f"{path}: {len(kinds)} requests"
        assert hosts == {urlsplit(portal).netloc}, f"{path} asks {hosts}"
        assert not blocking, f"{path}: {blocking} hold the page up"
        assert shift == 0, f"{path} moves by {shift}"

"""Tests that need a service: skipped with the reason where it is missing, failed where all is required."""

import pathlib
import subprocess
import sys

import pytest

from tests import services

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = """
import pytest
pytest_plugins = ["tests.services"]
@pytest.mark.redis
def test_needs_redis(): pass
def test_says_skip(): pytest.skip("not today")
@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""
RUN = """
import sys, pytest
from tests import services
services.REDIS = ("127.0.0.1", 1)
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.mark.processes
@pytest.mark.parametrize(("required", "code", "words"), [("", 0, "2 skipped, 1 xfailed"), ("1", 1, "1 failed, 1 xfailed")])
def test_a_skip_is_listed_or_with_require_all_a_failure(tmp_path, monkeypatch, required, code, words):
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    monkeypatch.setenv("REQUIRE_ALL", required)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    options = [
        "-ra",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:django",
        "-p",
        "no:xdist",
        "-c",
        "/dev/null",
        "--rootdir",
        str(tmp_path),
    ]
    done = subprocess.run([sys.executable, "-c", RUN, *options, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout.splitlines()[-1]
    assert "needs Redis on 127.0.0.1:6379" in done.stdout
    assert "not today" in done.stdout
    assert "1 xfailed" in done.stdout


def test_what_is_missing_names_the_first_thing(monkeypatch):
    monkeypatch.setattr(services, "chosen_database", lambda: "sqlite")
    assert "PostgreSQL" in services.what_is_missing({"browser"})
    assert services.what_is_missing({"django_db"}) == ""
    monkeypatch.setattr(services, "chosen_database", lambda: "postgres")
    monkeypatch.setattr(services, "chromium_path", lambda: None)
    assert "chromium" in services.what_is_missing({"browser"})
    assert services.what_is_missing({"postgres"}) == ""

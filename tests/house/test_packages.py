"""The portal starts with the packages of `requirements/run.txt` alone, and without those that only a setting needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

# Runs in a process of its own: forgets what run.txt does not bring, then imports every module of ours and all addresses.
ALONE = """
import importlib, importlib.abc, pkgutil, re, sys
from importlib.metadata import packages_distributions
from pathlib import Path

def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()

locked = {plain(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", Path("requirements/run.txt").read_text(), re.M)}
strange = {top for top, dists in packages_distributions().items() if not locked & {plain(dist) for dist in dists}}

class Refusing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in strange:
            raise ModuleNotFoundError(f"{name} is not among what runs", name=name)

sys.meta_path.insert(0, Refusing())
import django
django.setup()
import inno4sports.celery, inno4sports.urls, inno4sports.wsgi
seen = 0
for package in sys.argv[1:]:
    for found in pkgutil.walk_packages([package], f"{package}."):
        importlib.import_module(found.name)
        seen += 1
from django.urls import get_resolver
def walk(resolver):
    return sum(walk(p) if hasattr(p, "url_patterns") else 1 for p in resolver.url_patterns)
print(seen, walk(get_resolver()), sorted(strange & {"pytest", "mypy", "schemathesis"}))
"""


def test_portal_needs_nothing_but_its_locked_packages():
    packages = ["inno4sports", "clusters", "learning", "actionplans", "dissemination"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "inno4sports.settings"}
    run = subprocess.run(
        [sys.executable, "-c", ALONE, *packages], cwd=Path(settings.BASE_DIR), env=environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    modules, addresses, refused = run.stdout.split(maxsplit=2)
    assert int(modules) > 200
    assert int(addresses) > 200
    assert "pytest" in refused, "what only developers need was really kept away"


# What a web process imports, and the look at a file that it does.
SERVING = """
import sys, django
django.setup()
import inno4sports.wsgi
from django.core.files.storage import default_storage
from django.urls import get_resolver
get_resolver().url_patterns
default_storage.exists("ab/c")
print(sorted({"boto3", "botocore", "s3transfer", "storages"} & set(sys.modules)))
"""


@pytest.mark.parametrize("bucket", ["", "portal"])
def test_web_process_carries_the_s3_packages_only_with_a_bucket(bucket, tmp_path):
    keys = {"S3_ENDPOINT": "http://127.0.0.1:9", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b"}
    environment = os.environ | keys | {"DJANGO_SETTINGS_MODULE": "inno4sports.settings", "DATA_DIR": str(tmp_path), "S3_BUCKET": bucket}
    run = subprocess.run([sys.executable, "-c", SERVING], cwd=Path(settings.BASE_DIR), env=environment, capture_output=True, text=True, timeout=120)
    if bucket:
        assert "FilesAway: The bucket cannot be used" in run.stderr
    else:
        assert run.stdout == "[]\n", run.stderr

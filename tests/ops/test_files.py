"""The files that set the project up: lock, environment, Makefile, CI."""

import ast
import pathlib
import re
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = ("run", "dev")


def locked(kind: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{kind}.txt").read_text()
    return {m[1].lower().replace("_", "-"): m[2] for m in re.finditer(r"^([\w.-]+)==([\w.+!]+)", text, re.MULTILINE)}


@pytest.mark.parametrize("kind", KINDS)
def test_lock_pins_every_package_by_hash_and_names_no_place(kind):
    text = (ROOT / "requirements" / f"{kind}.txt").read_text()
    entries = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked(kind)) > 20
    assert [e.splitlines()[0] for e in entries if "--hash=sha256:" not in e] == []
    assert not re.search(r"://|--index|--find-links|(^|\s)/", text), "no address and no path of a machine"


def test_lock_of_developers_has_the_versions_of_the_portal():
    run, dev = locked("run"), locked("dev")
    assert {name: dev.get(name) for name in run} == run


def test_lock_fits_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for kind, wanted in (("run", project["dependencies"]), ("dev", project["optional-dependencies"]["dev"])):
        versions = locked(kind)
        for requirement in map(Requirement, wanted):
            version = Version(versions.get(requirement.name.lower().replace("_", "-"), "0"))
            assert requirement.specifier.contains(version), f"{requirement} is not what is locked: make lock"


def settings_read() -> set[str]:
    """The names that the settings ask of the environment."""
    tree = ast.parse((ROOT / "inno4sports" / "settings.py").read_text())
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    return {c.args[0].value for c in calls if isinstance(c.func.value, ast.Name) and c.func.value.id == "env" and isinstance(c.args[0], ast.Constant)}


def test_env_example_lists_exactly_what_the_settings_read():
    listed = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert listed == settings_read()


def test_committed_files_name_no_machine_and_no_package_index():
    """Paths of one machine and addresses of a registry are facts of that machine, not of the project."""
    forbidden = re.compile(r"/(wor[k]|roo[t]|hom[e]/\w+)/|pyp[i]\.org|npmj[s]\.|find-link[s]\s*=|index-ur[l]\s*=")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    found = []
    for name in filter(None, names):
        path = ROOT / name
        if path == pathlib.Path(__file__).resolve() or not path.is_file():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{name}: {m[0]}" for m in forbidden.finditer(text)]
    assert found == []


def test_make_help_lists_every_word_of_the_makefile():
    listed = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    words = set(re.findall(r"make (\w+)", listed))
    phony = (ROOT / "Makefile").read_text().split(".PHONY:")[1].splitlines()[0].split()
    assert words == {word for word in phony if not word.startswith("install-")}


def test_ci_calls_the_two_words_that_developers_type():
    text = (ROOT / ".ci" / "run").read_text()
    assert "make lint\nmake test" in text
    assert "REQUIRE_ALL=1" in text
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111

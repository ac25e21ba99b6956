"""The production shape as docker-compose.yml says it: what the rolling test starts is read from here."""

import pathlib
import sys
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def command_of(service: str, **instead: str) -> list[str]:
    """The command of a service for this machine: our Python, and `--option=value` of `instead` in the place of its own."""
    words = [str(word) for word in compose()["services"][service]["command"]]
    options = {name.replace("_", "-"): value for name, value in instead.items()}
    words = [f"--{name}={options[name]}" if (name := word.removeprefix("--").partition("=")[0]) in options else word for word in words]
    return [sys.executable, *words[1:]]


def replicas_of(service: str) -> int:
    return compose()["services"][service].get("deploy", {}).get("replicas", 1)

"""`make bench`: ours beside a reference in the same run, and a table at the end. Absolute figures belong to the machine, ratios travel."""

import argparse
import datetime as dt
import os
import platform
import sys
from collections.abc import Callable
from functools import partial

from bench import pages, work
from bench.rows import Row, table
from bench.servers import manage, prepare

GROUPS = [*pages.MEASURES, *work.MEASURES, "growth"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows a table (default: 10⁵)")
    parser.add_argument("--small", type=int, default=1000, help="what growth is measured against")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="a load of one target in one round")
    parser.add_argument("--only", default="", help=f"some of {','.join(GROUPS)}")
    parser.add_argument("--fresh", action="store_true", help="fill the databases anew")
    told = parser.parse_args()
    chosen = told.only.split(",") if told.only else GROUPS
    if unknown := set(chosen) - set(GROUPS):
        parser.error(f"unknown: {', '.join(unknown)}")
    rows = measured(chosen, told)
    print(f"\n{dt.date.today()}, {os.cpu_count()} cores {platform.machine()}, {told.rows:,} rows a table\n")
    print(table(rows))
    sys.exit(not all(row.ok for row in rows))


def measured(chosen: list[str], told: argparse.Namespace) -> list[Row]:
    prepare(told.rows, fresh=told.fresh)
    manage(told.rows, "collectstatic", "--no-input", "--verbosity", "0")
    manage(told.rows, "compile_catalogs", "--verbosity", "0")
    rows: list[Row] = []
    if wanted := [name for name in chosen if name in pages.MEASURES]:
        servers = pages.Pages(told.rows, told.rounds, told.seconds)
        try:
            for name in wanted:
                rows += tried(name, partial(pages.MEASURES[name], servers))
        finally:
            servers.stop()
    if wanted := [name for name in chosen if name in work.MEASURES]:
        busy = work.Work(told.rounds)
        for name in wanted:
            rows += tried(name, partial(work.MEASURES[name], busy))
    if "growth" in chosen:
        prepare(told.small, fresh=told.fresh)
        rows += tried("growth", lambda: pages.growth(told.small, told.rows, min(told.rounds, 3), told.seconds))
    return rows


def tried(name: str, measure: Callable[[], list[Row]]) -> list[Row]:
    """The rows of one group; what fails is a row that says so, and the others are measured."""
    print(f"{name} …", flush=True)
    try:
        return measure()
    except (Exception, SystemExit) as error:  # whatever it was, it stands in the table
        return [Row.missing(name, " ".join(str(error).split())[:200] or type(error).__name__)]


if __name__ == "__main__":
    main()

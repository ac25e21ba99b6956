"""A line of the table at the end."""

import math
from dataclasses import dataclass


@dataclass
class Row:
    """One line of the last table: `ratio` is ours over the limit."""

    name: str
    ours: float
    limit: float
    unit: str
    wanted: float
    at_least: bool = True
    excuse: str = ""  # why less is all right; of a row without figures, why there are none

    @property
    def measured(self) -> bool:
        return not math.isnan(self.ours)

    @property
    def ratio(self) -> float:
        return self.ours / self.limit

    @property
    def ok(self) -> bool:
        if self.excuse:
            return self.measured
        return self.ratio >= self.wanted if self.at_least else self.ratio <= self.wanted

    @classmethod
    def missing(cls, name: str, why: str) -> "Row":
        """A row that could not be measured and says so."""
        return cls(name, math.nan, math.nan, "", math.nan, excuse=f"not measured: {why}")


def table(rows: list[Row]) -> str:
    lines = ["| What | ours | limit | | ratio | wanted | |", "|---|---:|---:|---|---:|---:|---|"]
    for row in rows:
        if not row.measured:
            lines.append(f"| {row.name} | | | | | | {row.excuse} |")
            continue
        wanted = f"{'≥' if row.at_least else '≤'} {row.wanted:.2f}"
        last = row.excuse or ("ok" if row.ok else "NO")
        lines.append(f"| {row.name} | {row.ours:.1f} | {row.limit:.1f} | {row.unit} | {row.ratio:.2f} | {wanted} | {last} |")
    return "\n".join(lines)

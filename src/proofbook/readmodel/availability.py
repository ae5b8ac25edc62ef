"""How the exchanges of a system ended, day by day: what traffic tells of whether it answered. Days are UTC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from proofbook.readmodel.connection import Reader


def ends_by_day(reader: Reader, system: str, first: str, last: str) -> Mapping[str, Mapping[str, int]]:
    """Day (YYYY-MM-DD) -> how exchanges ended -> how many; days without any are not there. Raises StoreUnavailable."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for day, state, count in reader.rows("availability_days", {"system": system, "first": first, "last": last}):
        found[day][state] = count
    return found

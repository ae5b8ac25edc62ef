"""What an auditor looks for in a field: a text file of this room, one line for each field.

Promises: every line names a field that exists. Does not: say what must stand there; that is the schema's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from proofbook.records.kept import KEPT

EVERY = "*"


@cache
def read_help() -> Mapping[tuple[str, str], str]:
    """(kind, field) -> what is looked for; `*` is every kind that has the field. Raises RuntimeError for a broken line."""
    found: dict[tuple[str, str], str] = {}
    text = files(__package__).joinpath("field_help.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, _, words = line.partition(": ")
        kind, _, field = name.rpartition("/")
        if not words or (kind not in KEPT and kind != EVERY):
            raise RuntimeError(f"field_help.txt: {line[:60]!r} names no field")
        found[kind, field] = words
    return MappingProxyType(found)


@cache
def help_for(kind: str) -> Mapping[str, str]:
    """Field -> what is looked for, of one kind."""
    lines = read_help()
    common = {field: words for (whose, field), words in lines.items() if whose == EVERY}
    return MappingProxyType({**common, **{field: words for (whose, field), words in lines.items() if whose == kind}})

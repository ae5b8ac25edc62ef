"""Which rules look: one digest over everything that decides what is found, so that a count says by what it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.digest import Digest, sha256_digest

_LIBRARIES: Final = ("google-re2", "phonenumberslite", "python-stdnum")


@cache
def libraries() -> Mapping[str, str]:
    """The libraries whose tables and checks are relied on, and their versions."""
    from importlib.metadata import version  # only here: it brings a parser of mail along

    return MappingProxyType({name: version(name) for name in _LIBRARIES})


@cache
def rule_set() -> Digest:
    """The digest of this room's source and of the libraries' versions: any change that could change a count changes it."""
    room = files("proofbook.sensitive")
    sources = {each.name: sha256_digest(each.read_bytes()) for each in room.iterdir() if each.name.endswith(".py")}
    return sha256_digest(canonical_bytes({"libraries": dict(libraries()), "sources": sources}))

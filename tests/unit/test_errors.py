"""The error tree: every error says who must act, by exit code and HTTP status, and is printed with its hint."""

from __future__ import annotations

import inspect
import re

import pytest

from proofbook import errors
from proofbook.errors import EntryDamaged, ProofbookError, StoreUnavailable

TREE = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, ProofbookError)}


def test_the_drawing_lists_every_error() -> None:
    """The page people read must be the tree that is raised."""
    drawn = re.findall(r"(?:├──|└──|^    )\s*(\w+(?:Error|[a-z]))\b", errors.__doc__ or "", re.MULTILINE)
    assert set(TREE) <= set(drawn)


def test_every_error_has_its_own_code() -> None:
    """Codes are what clients and logs tell errors apart by."""
    codes = [kind.code for kind in TREE.values()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("name", "exit_code", "http"),
    [
        ("ConfigurationError", 2, 500),
        ("MalformedRecord", 3, 400),
        ("LimitExceeded", 3, 413),
        ("RefusedError", 4, 403),
        ("ConflictError", 4, 409),
        ("HistoryDiverged", 5, 500),
        ("StoreUnavailable", 6, 503),
        ("UpstreamUnavailable", 6, 502),
        ("HaltError", 70, 500),
    ],
)
def test_exit_codes_and_statuses_are_those_that_are_published(name: str, exit_code: int, http: int) -> None:
    """Scripts branch on them."""
    kind = TREE[name]
    assert (kind.exit_code, kind.http_status) == (exit_code, http)


def test_the_hint_is_printed_after_the_message() -> None:
    """What fixes it belongs to what is wrong."""
    assert str(StoreUnavailable("disk is full")) == "disk is full"
    assert str(StoreUnavailable("disk is full", hint="free space")) == "disk is full (free space)"


def test_damage_names_its_place() -> None:
    """A report sorts damages by place."""
    damage = EntryDamaged("changed", place="entry 7", hint="run fsck")
    assert (damage.place, damage.hint, damage.message) == ("entry 7", "run fsck", "changed")
    assert EntryDamaged("changed").place is None

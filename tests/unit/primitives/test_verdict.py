"""A verdict has three values and no truth value: what is not unmet is not thereby met."""

from __future__ import annotations

import pytest

from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict

ALL: tuple[Verdict, ...] = (Met(), Unmet(("no signature",)), Unknown(("not looked at",)))


@pytest.mark.parametrize("verdict", ALL)
def test_a_verdict_refuses_to_be_a_condition(verdict: Verdict) -> None:
    """`if verdict` would count Unknown as yes."""
    with pytest.raises(RuntimeError, match="no truth value"):
        bool(verdict)
    with pytest.raises(RuntimeError, match="no truth value"):
        any([verdict])


def test_the_three_are_told_apart_by_match() -> None:
    """The only way through, and it carries the reasons."""
    words = []
    for verdict in ALL:
        match verdict:
            case Met(reasons):
                words.append(("met", reasons))
            case Unmet(reasons):
                words.append(("unmet", reasons))
            case Unknown(reasons):
                words.append(("unknown", reasons))
    assert words == [("met", ()), ("unmet", ("no signature",)), ("unknown", ("not looked at",))]


def test_verdicts_are_values() -> None:
    """Equal by content, and frozen."""
    assert Met(("a",)) == Met(("a",))
    verdicts: set[Verdict] = {Met(("a",)), Met(("a",)), Unmet(("a",))}
    assert len(verdicts) == 2
    with pytest.raises(AttributeError):
        Met().reasons = ("b",)  # type: ignore[misc]  # that is the point

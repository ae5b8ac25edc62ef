"""From a decision back to the policy: what is on record is shown, what came too late is in doubt, what is not there is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofbook.assessment.lineage import Lineage, Standing, reconstruct
from proofbook.errors import InputError
from proofbook.readmodel.connection import Reader
from proofbook.wiring.home import open_home
from proofbook.wiring.reading import open_projection
from support.dated_home import DatedHome, dated_home
from support.facts_builder import digest

SYSTEM = "sample-desk"
MET = [{"metric": "sample", "value": "0.95", "n": 20, "threshold": "at least 0.9", "outcome": "met"}]
NOT_MET = [{**MET[0], "outcome": "not_met"}]


def approval(
    home: DatedHome, name: str, letter: str, day: str, *, recorded: str | None = None, decision: str = "approved"
) -> None:
    """A decision about some bytes."""
    home.add(
        "model.approval", name, day, recorded=recorded, artifact_digest=digest(letter), systems=[SYSTEM], decision=decision,
        verification="unverified", decided_by="sample-person-4",
    )  # fmt: skip


def evaluation(home: DatedHome, name: str, letter: str, day: str, results: list[dict[str, object]]) -> None:
    """A run on some bytes."""
    home.add(
        "evaluation.run", name, day, system=SYSTEM, model=digest(letter), results=results, started_at=f"{day}T08:00:00.000000Z"
    )


def review(home: DatedHome, name: str, decision: str, day: str, *exchanges: str) -> None:
    """Somebody reviewed what a decision rested on."""
    home.add("decision.review", name, day, system=SYSTEM, decision=decision, exchanges=list(exchanges), outcome="accepted")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> DatedHome:
    """Four exchanges, each with another past."""
    made = dated_home(tmp_path_factory.mktemp("lineage") / "place").engagement().system(SYSTEM)
    made.recorder("2025-11-02", "2026-09-20")
    made.add(
        "policy", "sample-policy", recorded="2026-01-02", type="policy", status="approved", version="3", author="sample-person-1",
        approver="sample-person-4", approved_at="2026-01-01T10:00:00.000000Z", effective_on="2026-01-02",
        sections=[{"heading": "Use", "text": "Sample words."}],
    )  # fmt: skip
    for letter, day in (("a", "2026-01-03"), ("d", "2026-01-03"), ("c", "2026-04-10")):
        made.artifact(letter, day)
    approval(made, "approval-a", "a", "2026-01-04")
    approval(made, "approval-d", "d", "2026-01-04")
    evaluation(made, "run-a", "a", "2026-01-05", MET)
    evaluation(made, "run-c", "c", "2026-03-20", NOT_MET)
    for letter, day in (("a", "2026-02-01"), ("b", "2026-03-01"), ("c", "2026-04-01"), ("d", "2026-05-01")):
        made.served(SYSTEM, letter, day)
    approval(made, "approval-c", "c", "2026-03-30", recorded="2026-04-20")
    approval(made, "approval-d", "d", "2026-06-01", decision="withdrawn")
    review(made, "review-1", "case-1", "2026-02-02", "x_sample-desk-a-0")
    review(made, "review-2", "case-2", "2026-03-02", "x_sample-desk-b-0", "x_nowhere")
    review(made, "review-3", "case-3", "2026-03-03")
    return made.write()


@pytest.fixture(scope="module")
def reader(home: DatedHome) -> Iterator[Reader]:
    """Its projection."""
    with open_projection(open_home(Path(home.folder) / "home")) as (_, projection):
        yield projection.reader


def standings(found: Lineage) -> dict[str, str]:
    """Step -> how far it is there, of the first chain."""
    return {link.step: link.standing.value for link in (*found.head, *found.chains[0])}


def test_decision_is_followed_to_the_policy(reader: Reader) -> None:
    """The best single demonstration: one decision, every link with its record."""
    found = reconstruct(reader, "case-1")
    steps = ["decision", "review", "exchange", "weights", "provenance", "evaluation", "approval", "policy"]
    assert [link.step for link in found.links] == steps
    assert not found.lacking
    assert all(link.entry for link in found.links)
    assert [link.id for link in found.links if link.step == "policy"] == ["sample-policy"]
    assert reconstruct(reader, "review-1").links == found.links
    assert [link.step for link in reconstruct(reader, "x_sample-desk-a-0").links] == steps


def test_every_missing_link_is_named(reader: Reader) -> None:
    """Nothing is on record about these bytes; one exchange is not in this book."""
    found = reconstruct(reader, "case-2")
    assert {link.step for link in found.chains[0] if link.standing is Standing.MISSING} == {
        "provenance",
        "evaluation",
        "approval",
    }
    (lost,) = found.chains[1]
    assert (lost.step, lost.standing) == ("exchange", Standing.MISSING)
    assert "x_nowhere" in lost.words


def test_what_came_too_late_or_failed_is_in_doubt(reader: Reader) -> None:
    """Recorded after the exchange, written down afterwards, a line that was not met."""
    found = reconstruct(reader, "x_sample-desk-c-0")
    assert standings(found) | {"policy": "shown"} == {
        "review": "missing", "exchange": "shown", "weights": "shown", "provenance": "doubtful", "evaluation": "doubtful",
        "approval": "doubtful", "policy": "shown",
    }  # fmt: skip
    words = {link.step: link.words for link in found.links}
    assert "after the exchange" in words["provenance"]
    assert "not met" in words["evaluation"]
    assert "written down only on 2026-04-20" in words["approval"]


def test_approval_that_ended_later_held_at_the_time(reader: Reader) -> None:
    """What is known now must not be put in place of what was known then."""
    found = {link.step: link for link in reconstruct(reader, "x_sample-desk-d-0").links}
    assert found["approval"].standing is Standing.SHOWN
    assert found["approval"].words.startswith("approved on 2026-01-04")


def test_decision_without_exchanges_says_so(reader: Reader) -> None:
    """What it rested on is unknown."""
    found = reconstruct(reader, "case-3")
    assert found.chains == ()
    assert found.head[-1].words.endswith("is unknown")


def test_unknown_id_is_explained(reader: Reader) -> None:
    """With what would be known."""
    for asked in ("nobody", "x_nobody", "' OR 1=1 --", ""):
        with pytest.raises(InputError):
            reconstruct(reader, asked)


def test_command_prints_links_and_says_what_is_missing(home: DatedHome) -> None:
    """In words, and as JSON."""
    told = home.place.run("reconstruct", "case-2")
    assert "provenance (MISSING): no provenance record names these bytes" in told.out
    document = home.place.run("reconstruct", "case-2", "--json").json
    assert {each["step"] for each in document["not_shown"]} >= {"provenance", "evaluation", "approval", "exchange"}

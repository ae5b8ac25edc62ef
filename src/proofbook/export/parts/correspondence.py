"""`11_Correspondence`: the auditor's request list with every version of it, what was returned and why, what both sides said.

Promises: every submitted version is kept, none is replaced; a returned item keeps its reason when it was answered later. An
auditor's own notes are not here. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from proofbook.artifacts.page import Block, Cell, Table
from proofbook.artifacts.speaking import counted, label
from proofbook.bundle.manifest import Omission
from proofbook.bundle.parts import CORRESPONDENCE_FOLDER
from proofbook.export.parts.framing import Sheet, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedPart
from proofbook.export.parts.registers import plain_all, records_csv, text_table
from proofbook.readmodel.documents import DocumentVersion

KIND: Final = "audit_request"
NONE: Final = Omission("11_Correspondence", "no request of this engagement was on record at the checkpoint")
NOTES: Final = Omission("notes of the auditor", "are the auditor's own; they are in no room")


def plan_correspondence(origin: PartsFrom) -> PlannedPart:
    """The list as it stands, every version of it, returned items, comments."""
    facts = origin.assessed.facts
    requests = [each for each in facts.of(KIND) if each.body["engagement"] == origin.engagement.id]
    if not requests:
        return PlannedPart(omissions=(NONE,))
    versions = sorted((one for each in requests for one in facts.history(KIND, each.id)), key=lambda each: each.index)
    ids = {each.id for each in requests}
    said = sorted((each for each in facts.of("audit_comment") if each.body["request"] in ids), key=lambda each: each.index)
    returned = [each for each in versions if each.body["state"] == "returned"]
    states = Counter(each.body["state"] for each in requests)
    blocks: tuple[Block, ...] = (
        _list("Requests", requests, "There is no request."),
        _list("Returned, with the reason", returned, "Nothing was returned."),
        _comments(said, {each.id: each.body["number"] for each in requests}),
    )
    sheet = Sheet(
        CORRESPONDENCE_FOLDER, "requests", "Request list", "What was asked for, what was given, what came back and why.", blocks,
        (*versions, *said), artifact="SUP-15", query="requests of the engagement, every version, and every comment",
        plain={"requests": plain_all(versions), "comments": plain_all(said)},
        marks=(Cell(counted(len(requests), "request")), *(Cell(f"{label(state)} {n}") for state, n in sorted(states.items()))),
    )  # fmt: skip
    return PlannedPart(
        (
            *page_files(origin, sheet),
            records_csv(CORRESPONDENCE_FOLDER, "requests", "Requests as they stand", KIND, requests),
            records_csv(CORRESPONDENCE_FOLDER, "request-versions", "Every version of every request", KIND, versions),
            records_csv(CORRESPONDENCE_FOLDER, "returned", "Returned items with reasons", KIND, returned),
            records_csv(CORRESPONDENCE_FOLDER, "comments", "Comments of both sides", "audit_comment", said),
        ),
        (NOTES,),
    )


def _list(title: str, versions: Iterable[DocumentVersion], empty: str) -> Table:
    rows = (
        (
            each.body["number"],
            each.body["title"],
            label(each.body["state"]),
            each.body["returned_because"],
            "; ".join(map(_given, each.body["evidence"])),
            each.body["owner"],
            each.body["due"],
            each.recorded,
        )
        for each in versions
    )
    return text_table(title, ("No.", "Asked for", "State", "Returned because", "Given", "Owner", "Due", "Recorded"), rows, empty)


def _given(evidence: Any) -> str:
    return f"{evidence['sort']} {evidence['id']}"


def _comments(said: Iterable[DocumentVersion], numbers: dict[str, str]) -> Table:
    rows = (
        (numbers[each.body["request"]], each.body["said_at"], each.body["side"], each.actor, each.body["text"]) for each in said
    )
    return text_table("Said about them", ("No.", "When", "Side", "Who", "Words"), rows, "Nothing was said.")

"""Fieldwork: what an auditor asks for, what was said about it, what was drawn, watched, noted and taken away.

Requests and comments are kept records with every version. Samples, observed runs, notes and receipts are single entries. A note's
text is never in an entry, only the commitment to it. Nothing here says what an auditor concludes.
Source: soc2.md 7.5, 8.6, 15.3; ledger.md 8.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from proofbook.records.exchange import Commitment, Document
from proofbook.records.record import ControlRef, Count, Day, Moment, Record, RecordId, RefersTo, Sha256, Stated, Text

MAX_ITEMS = 200
"""Items of one draw or extension: what an entry can name. A larger sample is made by extending."""
ItemId = Annotated[str, Field(min_length=1, max_length=160)]
"""What one row of a population is told apart by, as it stands in the table."""


class EvidenceGiven(Document):
    """Something that answers a request, named so that it can be found again."""

    sort: Literal["population", "artifact", "record", "sample", "export", "file"] = Field(description="what it is")
    id: Text = Field(description="POP-08, ART-02, kind and id of a record, a sample, the manifest of a room, or a file's name")
    version: Stated = Field(default=None, description="definition and version, or entry of the version; null: not one of several")
    sha256: Sha256 | None = Field(default=None, description="hex SHA-256 of its bytes, where it has any")
    note: Stated = Field(default=None, description="what a reader should know about it")


class AuditRequest(Record):
    """Body of `audit_request`: one line of an auditor's request list, with where it stands."""

    number: Annotated[str, Field(min_length=1, max_length=40)] = Field(description="the auditor's own number")
    engagement: RecordId = Field(description="engagement it belongs to")
    description: Text = Field(description="what is asked for")
    sort: Literal["population", "sample", "document", "configuration", "walkthrough", "unknown"] = Field(
        default="unknown", description="what sort of thing is asked for"
    )
    control: ControlRef | None = Field(default=None, description="control it is about, by id")
    control_as_written: Stated = Field(default=None, description="control as the list has it, where that is not one known here")
    criteria: list[Text] = Field(default=[], description="criteria it is about, by id; empty: none named")
    first: Day | None = Field(default=None, description="first day it is about; null: not stated")
    last: Day | None = Field(default=None, description="last day it is about")
    as_of: Day | None = Field(default=None, description="day a list or setting is wanted as of")
    owner: Stated = Field(default=None, description="who is to answer it")
    due: Day | None = Field(default=None, description="by when")
    state: Literal["not_started", "submitted", "in_review", "accepted", "returned"] = Field(
        default="not_started", description="where it stands; only the auditor's side accepts or returns"
    )
    returned_because: Stated = Field(default=None, description="what is missing, when it was returned")
    evidence: list[EvidenceGiven] = Field(default=[], description="what was given in answer")


class AuditComment(Record):
    """Body of `audit_comment`: something said about a request."""

    happened: ClassVar[str | None] = "said_at"

    request: Annotated[RecordId, RefersTo("audit_request")] = Field(description="request it is about")
    side: Literal["staff", "auditor"] = Field(description="which side said it")
    said_at: Moment = Field(description="when")
    text: Text = Field(description="what was said")


class DrawnItem(Document):
    """One item of a sample."""

    item: ItemId = Field(description="its id, as it stands in the population")
    row: int = Field(ge=1, description="line of the table it was found in first, the first row below the heading being 1")
    entry: str | None = Field(description="entry of the book that the row names; null when it names none")
    index: int | None = Field(ge=0, description="position of that entry in the book; null when the row names none")


class StratumAsked(Document):
    """How many were asked for of one part of the population."""

    value: str = Field(max_length=200, description="value of the column that parts the population")
    rows: Count = Field(description="rows with this value")
    asked: Count = Field(description="how many were asked for")


class SampleDrawn(Document):
    """Body of `sample.drawn`: items were chosen from a population as it had been exported."""

    sample: str = Field(description="id of the sample")
    engagement: str = Field(description="id of the engagement")
    request: str | None = Field(description="number of the request it answers; null: none")
    population: str = Field(description="id of the population")
    table: str = Field(description="table of it")
    key: str = Field(description="column whose values are the items' ids")
    definition: str = Field(description="id and version of the report definition")
    logic: str = Field(description="digest of the definition")
    population_entry: str = Field(description="entry that recorded the export")
    data_sha256: Sha256 = Field(description="hex SHA-256 of the exported table (CSV)")
    rows: Count = Field(description="rows of that table")
    completeness: Literal["demonstrated", "not_demonstrated"] = Field(description="what the evidence header of that export says")
    checkpoint_size: Count = Field(description="entries of the book the population is as of")
    checkpoint_root: Sha256 = Field(description="root of that tree, hex")
    checkpoint_sha256: Sha256 = Field(description="hex SHA-256 of the checkpoint's signed text")
    cosigned_by: list[str] = Field(description="witnesses whose signature on that checkpoint was checked; empty: none was")
    method: Literal["listed", "seeded"] = Field(description="the auditor's own ids, or by rank under a seed")
    nonce: str | None = Field(description="what the auditor gave; null when ids were listed")
    seed: Sha256 | None = Field(description="made of checkpoint, population and nonce; null when ids were listed")
    stratum_by: str | None = Field(description="column that parts the population; null: it was not parted")
    strata: list[StratumAsked] = Field(description="its parts and how many were asked for of each; empty when it was not parted")
    asked: Count = Field(description="how many items were asked for in all")
    items: list[DrawnItem] = Field(max_length=MAX_ITEMS, description="the items, in the order of their rank or of the list")
    missing: list[ItemId] = Field(max_length=MAX_ITEMS, description="ids that were asked for and are not in the population")
    earlier: list[str] = Field(description="samples drawn before from the same population, with this or other data")
    because: str | None = Field(description="why there is another draw; null for a first one")


class SampleExtended(Document):
    """Body of `sample.extended`: more items by the same rule; those drawn before stay."""

    sample: str = Field(description="id of the sample")
    engagement: str = Field(description="id of the engagement")
    data_sha256: Sha256 = Field(description="hex SHA-256 of the exported table: the one that was drawn from")
    asked: Count = Field(description="how many items were asked for in all, with those drawn before")
    strata: list[StratumAsked] = Field(description="parts and how many were asked for of each in all")
    items: list[DrawnItem] = Field(max_length=MAX_ITEMS, description="the further items")
    missing: list[ItemId] = Field(max_length=MAX_ITEMS, description="further ids that are not in the population")
    because: str = Field(description="why more was drawn")


class SampleHeld(Document):
    """Body of `sample.held`: content of drawn items was put under hold, so that it cannot be erased while it is looked at."""

    sample: str = Field(description="id of the sample")
    engagement: str = Field(description="id of the engagement")
    held: list[str] = Field(description="conversations that were put under hold now")
    held_before: list[str] = Field(description="conversations that were under hold already")
    gone: list[str] = Field(description="conversations whose content had been erased before")
    without_content: Count = Field(description="items that have no sealed content")


class SampleReleased(Document):
    """Body of `sample.released`: the auditor may see the content of one drawn item."""

    sample: str = Field(description="id of the sample")
    engagement: str = Field(description="id of the engagement")
    item: ItemId = Field(description="item of it")
    view: Literal["redacted", "unredacted"] = Field(description="whether sensitive data is replaced by markers when it is shown")
    because: Text = Field(description="why it may be seen")


class ObservedRun(Document):
    """Body of `observed.run`: a population was made while somebody watched."""

    run: str = Field(description="id of the run")
    engagement: str = Field(description="id of the engagement")
    observer: Text = Field(description="name of who watched, as they gave it")
    population: str = Field(description="id of the population")
    definition: str = Field(description="id and version of the report definition")
    logic: str = Field(description="digest of the definition")
    parameters: dict[str, str | list[str]] = Field(description="period, zone and systems, resolved")
    started: Moment = Field(description="when it began, by this machine's clock")
    ended: Moment = Field(description="when it ended")
    zone: str = Field(description="time zone of the engagement, in which the times were shown too")
    host: str = Field(description="host it ran on")
    run_by: str = Field(description="account it ran as")
    auth: str = Field(description="how that account was established")
    program: str = Field(description="program and version")
    rows: dict[str, Count] = Field(description="rows of each table")
    files: dict[str, str] = Field(description="file name -> hex SHA-256")
    completeness: Literal["demonstrated", "not_demonstrated"] = Field(description="what its evidence header says")
    checkpoint_size: Count = Field(description="entries of the book it is as of")
    checkpoint_sha256: Sha256 = Field(description="hex SHA-256 of the checkpoint's signed text")
    transcript_sha256: Sha256 = Field(description="hex SHA-256 of the transcript that was shown and handed over")


class AuditorNote(Document):
    """Body of `auditor.note`: an auditor noted something. What it says is sealed; only its author's pages open it."""

    note: str = Field(description="id of the note")
    auditor: str = Field(description="account of its author")
    engagement: str = Field(description="id of the engagement")
    about_kind: Literal["request", "control", "population", "sample", "item", "engagement"] = Field(
        description="what sort of thing it is about"
    )
    about: str = Field(max_length=200, description="what it is about, by number or id")
    conversation: str = Field(description="what it is erased with: its own")
    content: dict[str, Commitment] = Field(description="commitment to its text, in the slot `text`")


class ReceiptGiven(Document):
    """Body of `receipt.given`: somebody took a signed checkpoint away, to hold this book to it later."""

    receipt: str = Field(description="id of the receipt")
    engagement: str | None = Field(description="id of the engagement; null: none named")
    to: Text = Field(description="who took it, as they are known here or gave their name")
    size: Count = Field(description="entries of the book it names")
    root: Sha256 = Field(description="root of that tree, hex")
    checkpoint_sha256: Sha256 = Field(description="hex SHA-256 of the checkpoint's signed text")
    file_sha256: Sha256 = Field(description="hex SHA-256 of the note as it was handed over, signatures included")

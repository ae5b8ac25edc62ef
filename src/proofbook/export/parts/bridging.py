"""`01`, subsequent events and inputs of a bridge letter: drafts from what is on record since the period's end, with queries.

A bridge letter is management's, about the time since the last report, signed by an officer. Promises: every sentence drawn from
the book names its query, its count, and the file with its digest; what no record says is a visible blank; whether a change is
material is never filled in; a count of none is a count of the book, and what no recorder could see is unknown. Source: soc2.md
9, 10. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from proofbook.artifacts.page import Block, Cell, Standing, Table, Words
from proofbook.artifacts.speaking import counted, label, local
from proofbook.assessment.scope import Scope
from proofbook.bundle.manifest import Omission
from proofbook.bundle.parts import SCOPE_FOLDER
from proofbook.export.parts.afterwards import Afterwards, Listing, read_afterwards
from proofbook.export.parts.drafting import DRAFT, USER_CONTROLS
from proofbook.export.parts.framing import Sheet, later_page_files, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedPart
from proofbook.export.parts.registers import text_table

USUAL_DAYS: Final = 92
"""Such letters usually cover about three months at most."""
NOT_OVER: Final = Omission("subsequent events and bridge letter inputs", "the period is not over at this checkpoint")
_NONE: Final = "⟦none, or which: the book's count does not say there was none⟧"
_LEADS: Final = (
    ("changes", "change", "released"),
    ("versions", "version of a control, system, policy, vendor, approval or scope", "recorded"),
    ("incidents", "incident", "detected"), ("incidents-open", "incident of before that was open then", ""),
    ("exceptions", "control exception", "found"), ("told-late", "event of the period itself", "recorded"),
    ("owed", "late, missed or unknown control performance", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the letter that is drawn from the book, and the list it rests on."""

    number: int
    words: str
    listing: Listing

    def row(self, after: Afterwards) -> tuple[Any, ...]:
        """What it rests on, for its table."""
        file, blind = self.listing.file(), len(after.listing("not-seen").rows)
        seen = Cell(f"unknown in {counted(blind, 'stretch', 'stretches')}", Standing.UNKNOWN) if blind else Cell("the whole time")
        return (
            f"[{self.number}]", self.listing.query, ", ".join(self.listing.populations) or "02, occurrences",
            len(self.listing.rows),
            seen, file.path.rpartition("/")[2], Cell(sha256(file.make()).hexdigest(), mono=True),
        )  # fmt: skip


def plan_afterwards(origin: PartsFrom) -> PlannedPart:
    """Of a room: what is on record since the end of its own period."""
    return plan_bridge(origin, origin.assessed.facts.scope)


def plan_bridge(origin: PartsFrom, reported: Scope) -> PlannedPart:
    """Subsequent events, the draft, and the lists both rest on."""
    after = read_afterwards(origin, reported)
    if after is None:
        return PlannedPart(omissions=(NOT_OVER,))
    shell = letter_sheet(origin, after)
    return PlannedPart(
        (
            *page_files(_seen_from(origin, after), events_sheet(after)),
            *later_page_files(_seen_from(origin, after), shell, lambda: _derived(origin, after, shell)),
            *(each.file() for each in after.listings),
        )
    )


def events_sheet(after: Afterwards) -> Sheet:
    """Everything since, in its order."""
    zone = after.reported.period.zone
    blocks = [_listing_table(after, name) for name in ("events", "versions", "told-late", "incidents-open", "owed")]
    return Sheet(
        SCOPE_FOLDER, "subsequent-events", "Subsequent events",
        f"What is on record since the period's end, up to {local(after.until, zone)}.", (*blocks, _not_seen(after)),
        query="events that happened, and versions recorded, after the period and up to the checkpoint",
        marks=(Cell(counted(after.days, "day")), *_blind_mark(after)),
        limits=(
            "Nothing after the checkpoint is known here; the report's date may be later than that.",
            "What nobody recorded is not here.",
        ),
        plain={each.name: [dict(zip(each.columns, row, strict=True)) for row in each.rows] for each in after.listings},
    )  # fmt: skip


def letter_sheet(origin: PartsFrom, after: Afterwards) -> Sheet:
    """The draft of management's letter, its statements and its blanks."""
    statements = tuple(_statements(after))
    paragraphs = tuple(_paragraphs(after, statements))
    blanks = [part.split("⟧")[0] for each in paragraphs for part in each.split("⟦")[1:]]
    rows = tuple(each.row(after) for each in statements)
    columns = ("No", "Query", "Populations", "Count", "Recorders at work", "List", "SHA-256")
    parameters = {
        "from": after.since, "to": after.until, "entries": origin.checkpoint.size, "systems": _systems(after.reported),
        "entity": after.reported.entity,
    }  # fmt: skip
    where = f"Parameters of each: {'; '.join(f'{name} {value}' for name, value in parameters.items())}. Lists: since-period-end."
    blocks: tuple[Block, ...] = (
        Words("Draft: management's letter", paragraphs, Standing.BLANK),
        replace(text_table("What each statement rests on", columns, rows, "", where), weights=(1, 5, 3, 2, 3, 3, 6)),
        text_table("Blanks", ("To be stated by management",), ((Cell(f"⟦{each}⟧", Standing.BLANK),) for each in blanks), ""),
        _not_seen(after),
    )  # fmt: skip
    long = (Cell(f"{after.days} days: longer than such letters usually cover", Standing.LATE),) if after.days > USUAL_DAYS else ()
    return Sheet(
        SCOPE_FOLDER, "bridge-letter-draft", "DRAFT: inputs of a bridge letter",
        "For management to write, and for an officer to sign. The auditor does not write it.", blocks, artifact="SUP-14",
        query="what is on record after the period and up to the checkpoint; every statement names its own",
        marks=(DRAFT, Cell(counted(len(blanks), "blank"), Standing.BLANK), *long, *_blind_mark(after)),
        limits=(
            "A draft: it is finished only when no blank is left and an officer has signed it. It does not replace the report.",
            "Counts are of the book; a change or incident that nobody recorded is in none of them.",
        ),
        plain={
            "paragraphs": list(paragraphs),
            "statements": [
                dict(zip(columns, _plain(row), strict=True)) | {"words": each.words}
                for each, row in zip(statements, rows, strict=True)
            ],
            "parameters": parameters,
            "blanks": blanks,
            "report": {"engagement": after.reported.engagement, "firm": after.reported.firm, "type": after.reported.type},
        },
    )  # fmt: skip


def _seen_from(origin: PartsFrom, after: Afterwards) -> PartsFrom:
    """The pages' heads speak of the time after the period."""
    return replace(origin, assessed=after.assessed)


def _derived(origin: PartsFrom, after: Afterwards, shell: Sheet) -> Sheet:
    """The draft once populations are written: where the same days are populations of this pack, they stand with their digests."""
    if origin.engagement.period != after.assessed.facts.scope.period:
        return shell
    rows = [
        (each.room.population, table.name, table.rows, Cell(each.files[f"{table.name}.csv"], mono=True))
        for each in origin.written
        for table in each.room.tables
        if table.rows
    ]
    note = "Over the same days, in 04_Populations, derived again by verify.py; each with its evidence header."
    table = text_table(
        "Populations of the same days", ("Population", "Table", "Rows", "SHA-256 of the CSV"), rows, "All are empty.", note
    )
    return replace(shell, blocks=(*shell.blocks, table))


def _statements(after: Afterwards) -> Iterator[Statement]:
    for number, (name, what, verb) in enumerate(_LEADS, 1):
        listing = after.listing(name)
        count = len(listing.rows)
        happened = f" {verb}" if verb else ""
        if count:
            is_or_are = "is" if count == 1 else "are"
            said = f": {listing.said}" if listing.said else ""
            words = (
                f"{counted(count, what)} {is_or_are} on record{f' as{happened}' if verb else ''} in this time{said} [{number}]."
            )
        else:
            words = f"No {what} is on record{f' as{happened}' if verb else ''} in this time [{number}]. {_NONE}."
        yield Statement(number, words, listing)


def _paragraphs(after: Afterwards, statements: tuple[Statement, ...]) -> Iterator[str]:
    reported, zone = after.reported, after.reported.period.zone
    by_name = {each.listing.name: each.words for each in statements}
    yield "⟦Letterhead, date, addressee⟧"
    yield (
        f"This letter is from the management of {reported.entity}. It speaks of the time from {local(after.since, zone)} to "
        f"{local(after.until, zone)}, after the period of the report named below. It does not replace that report, and the "
        "auditor has neither examined nor written it."
    )
    yield (
        f"The report covers {reported.period.first} to {reported.period.last} ({label(reported.type)}), was made by "
        f"{reported.firm or '⟦the auditor’s firm⟧'}, and is dated ⟦date of the report⟧."
    )
    yield f"Changes. {by_name['changes']} {by_name['versions']}"
    yield (
        "⟦Whether any of these changes, or one that is not on record, is material to the system, its controls or "
        "commitments: which, and why⟧"
    )
    yield f"Incidents. {by_name['incidents']} {by_name['incidents-open']}"
    yield "⟦Whether an incident impaired a commitment or requirement, and what was done⟧"
    yield f"Controls. {by_name['owed']} {by_name['exceptions']} {by_name['told-late']}"
    yield _blind_words(after)
    yield (
        f"Users of the service keep the controls that the report names as theirs ({len(USER_CONTROLS)} proposals stand in "
        "cuec-csoc-draft of the evidence room): ⟦the complementary user-entity controls as the report has them⟧"
    )
    yield "⟦Name and office of the officer, signature, date⟧"


def _blind_words(after: Afterwards) -> str:
    rows = after.listing("not-seen").rows
    if rows:
        stretches = counted(len(rows), "stretch", "stretches")
        return f"In {stretches} of this time no recorder was at work; what happened in them is unknown."
    return "Recorders were at work all of this time, as far as they say themselves; what is around them was not seen by them."


def _blind_mark(after: Afterwards) -> tuple[Cell, ...]:
    rows = after.listing("not-seen").rows
    return (Cell(f"unknown in {counted(len(rows), 'stretch', 'stretches')}", Standing.UNKNOWN),) if rows else ()


def _listing_table(after: Afterwards, name: str) -> Table:
    listing, zone = after.listing(name), after.reported.period.zone
    if name == "owed":
        counts = Counter((str(row[1]), str(row[4])) for row in listing.rows)
        rows = [(control, _state(state), count) for (control, state), count in sorted(counts.items())]
        empty, note = "Nothing that was due since is late, missed or unknown.", "owed.csv has each with its day and why."
        return text_table(listing.title, ("Control", "State", "Performances"), rows, empty, note)
    shown = [
        (
            f"{row[3] or row[1]} ({row[1]})",
            label(str(row[0])).replace(".", " "),
            row[4],
            local(str(row[5]), zone),
            Cell(str(row[8]), mono=True),
        )
        for row in listing.rows
    ]
    empty = "None is on record; that is a count of the book."
    return text_table(listing.title, ("Record", "Sort", "What it says", "Happened", "Entry"), shown, empty)


def _state(state: str) -> Cell:
    return Cell("unknown", Standing.UNKNOWN) if state == "unknown" else Cell(label(state), Standing.DIFFERS)


def _not_seen(after: Afterwards) -> Table:
    listing, zone = after.listing("not-seen"), after.reported.period.zone
    rows = [
        (local(str(row[0]), zone), local(str(row[1]), zone), row[2], Cell("unknown", Standing.UNKNOWN)) for row in listing.rows
    ]
    return text_table(listing.title, ("From", "Until", "Why", "What happened"), rows, "None, as far as recorders say themselves.")


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(each.text if isinstance(each, Cell) else each for each in row)


def _systems(scope: Scope) -> str:
    return ", ".join(scope.systems) or "all of the entity"

"""Records in words: cells of values, fields of a record grouped as its page shows them, sign-offs and history.

Promises: null is "not stated", the word `unknown` stays unknown, a blank is shown as a blank, an entry recorded late says so;
lists are told whole. Instants are shown in the engagement's zone with their offset; the zone is named once in the head.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

from proofbook.artifacts.page import Block, Cell, Field, Fields, Standing, Table
from proofbook.assessment.facts import Facts, happened_at, is_late
from proofbook.errors import MalformedRecord
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.exchange import Document
from proofbook.records.kept import KEPT
from proofbook.records.record import find_blanks

NOT_STATED: Final = Cell("not stated", Standing.NOT_STATED)
UNKNOWN: Final = Cell("unknown", Standing.UNKNOWN)
DASH: Final = Cell("–", Standing.NOT_STATED)
"""Where there is nothing a value could belong to."""

_SHOWN_HEX: Final = 12
_MARK: Final = re.compile(r"(sha256:)?[0-9a-f]{64}|e_[0-9a-z]{26}")
_WRITTEN: Final = {
    "eu": "EU",
    "ai": "AI",
    "act": "Act",
    "gpu": "GPU",
    "mfa": "MFA",
    "soc": "SOC",
    "sha256": "SHA-256",
    "id": "id",
}
"""Words of field names that are written in another way."""

_COMMON: Final = frozenset({"title", "entity", "because", "notes", "attachments"})


def cell(value: Any, zone: str = "UTC") -> Cell:
    """Any value of a body as a cell."""
    if value is None:
        return NOT_STATED
    if value == "unknown":
        return UNKNOWN
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int):
        return Cell(f"{value:,}")
    if isinstance(value, str):
        return _text(value, zone)
    if isinstance(value, Mapping):
        return Cell("; ".join(f"{label(key)} {cell(each, zone).text}" for key, each in value.items()) or "stated to be none")
    return _several(value, zone)


def label(name: str) -> str:
    """`log_retention_days` -> `log retention days`."""
    return name.replace("_", " ")


def sentence_label(name: str) -> str:
    """A field's name as the beginning of a line."""
    text = " ".join(_WRITTEN.get(word, word) for word in name.split("_"))
    return text[:1].upper() + text[1:]


def meaning(name: str, description: str | None) -> str:
    """A field's description without what only a file's author needs to know; nothing when it says the name again."""
    parts_of = (description or "").replace(", or 'unknown'", "").split("; ")
    told = "; ".join(each for each in parts_of if not each.startswith(("null", "[]", "empty:")))
    return "" if told.lower() == sentence_label(name).lower() else told


def moment(instant: str | None, zone: str) -> Cell:
    """An instant in the engagement's zone, to the minute."""
    if instant is None:
        return NOT_STATED
    return Cell(local(instant, zone))


def local(instant: str, zone: str) -> str:
    """`2026-03-28T09:00:00.000000Z` -> `2026-03-28 10:00 +01:00`."""
    there = parse_instant(instant).astimezone(ZoneInfo(zone))
    return f"{there:%Y-%m-%d %H:%M} {_offset(there)}"


def happened(version: DocumentVersion, zone: str) -> Cell:
    """When the thing happened; late when it was recorded long after."""
    text = local(happened_at(version), zone)
    return Cell(f"{text} (recorded {local(version.recorded, zone)})", Standing.LATE) if is_late(version) else Cell(text)


def short(text: str) -> str:
    """The beginning of a digest or entry id, long enough to tell them apart on a page; any other text as it is."""
    if not is_mark(text):
        return text
    prefix, colon, rest = text.rpartition(":")
    return f"{prefix}{colon}{rest[:_SHOWN_HEX]}…"


def is_mark(text: str) -> bool:
    """Whether a text is a digest or the id of an entry."""
    return _MARK.fullmatch(text) is not None


def counted(number: int, one: str, many: str = "") -> str:
    """`1 gap`, `2 gaps`, `3 entries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def group(version: DocumentVersion, title: str, names: Sequence[str], zone: str, note: str = "") -> Fields:
    """Some fields of a record, in that order, with what each means."""
    fields = KEPT[version.kind].model_fields
    rows = tuple(
        Field(
            sentence_label(name),
            choice(fields[name].annotation, cell(version.body.get(name), zone)),
            meaning(name, fields[name].description),
        )
        for name in names
    )
    return Fields(title, rows, note)


def remaining(version: DocumentVersion, shown: Iterable[str]) -> list[str]:
    """Names of a record's fields that are not shown yet, but for those every record has."""
    done = {*shown, *_COMMON}
    return [name for name in KEPT[version.kind].model_fields if name not in done]


def whole(version: DocumentVersion, title: str, zone: str, leave_out: Iterable[str] = ()) -> tuple[Block, ...]:
    """A whole record: its plain fields as one group, each list of parts as a table of its own."""
    plain: list[str] = []
    tables: list[Block] = []
    for name in remaining(version, leave_out):
        value = version.body.get(name)
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            tables.append(parts(sentence_label(name), value, zone))
        else:
            plain.append(name)
    return (group(version, title, plain, zone), *tables)


def parts(title: str, rows: Sequence[Mapping[str, Any]], zone: str, empty: str = "None is recorded.") -> Table:
    """A list of alike parts as a table; columns that nobody filled are left out."""
    kinds = ordered(rows[0]) if rows else {}
    names = [name for name in kinds if any(row.get(name) not in (None, []) for row in rows)]
    cells = tuple(tuple(choice(kinds[name], cell(row.get(name), zone)) for name in names) for row in rows)
    return Table(title, tuple(sentence_label(name) for name in names), cells, empty)


def choice(annotation: object, shown: Cell) -> Cell:
    """A value that its model chooses from a closed list, as people write it; any other value as it is."""
    if not any(get_origin(each) is Literal for each in _inside(annotation)):
        return shown
    return replace(shown, text=label(shown.text))


def _inside(annotation: object) -> Iterable[object]:
    yield annotation
    for each in get_args(annotation):
        yield from _inside(each)


def ordered(part: Iterable[str]) -> Mapping[str, object]:
    """Names of a part's fields in the order of its published model (a book keeps them by the alphabet), with their types."""
    names = [*part]
    return _parts().get(frozenset(names)) or dict.fromkeys(names)


@cache
def _parts() -> dict[frozenset[str], dict[str, object]]:
    found: dict[frozenset[str], dict[str, object]] = {}
    waiting: list[type[Document]] = [Document]
    while waiting:
        model = waiting.pop()
        waiting += sorted(model.__subclasses__(), key=lambda each: f"{each.__module__}.{each.__qualname__}")
        found[frozenset(model.model_fields)] = {name: each.annotation for name, each in model.model_fields.items()}
    return found


def blanks(version: DocumentVersion) -> tuple[str, ...]:
    """Paths of open blanks."""
    return find_blanks(version.body)


def signatures(facts: Facts, version: DocumentVersion) -> tuple[tuple[Cell, ...], ...]:
    """Sign-offs of any version of a record, in book order; one of an older version says so."""
    zone = facts.scope.period.zone
    entries = {each.entry: each.version for each in facts.history(version.kind, version.id)}
    rows = []
    for each in facts.of("sign_off"):
        if each.body.get("of_entry") in entries:
            signed = entries[each.body["of_entry"]]
            standing = Standing.STATED if signed == version.version else Standing.LATE
            of = f"version {signed}" if signed == version.version else f"version {signed}, not the newest"
            texts = (each.body["signer"], label(each.body["role"]), label(each.body["decision"]), each.body["statement"])
            rows.append((*map(Cell, texts), happened(each, zone), Cell(of, standing)))
    return tuple(rows)


def history(facts: Facts, version: DocumentVersion) -> tuple[tuple[Cell, ...], ...]:
    """Every version of a record, newest first, with its times, its author and its reason."""
    zone = facts.scope.period.zone
    return tuple(
        (
            Cell(str(each.version)),
            happened(each, zone),
            Cell(local(each.recorded, zone)),
            Cell(f"{each.actor} ({label(each.method)})"),
            cell(each.body.get("because"), zone),
            Cell(each.entry, mono=True),
        )
        for each in reversed(facts.history(version.kind, version.id))
    )


def plain(version: DocumentVersion) -> dict[str, Any]:
    """A record as JSON: its envelope's facts and its body."""
    return {
        "kind": version.kind,
        "id": version.id,
        "version": version.version,
        "entry": version.entry,
        "occurred": version.occurred,
        "recorded": version.recorded,
        "recorded_by": version.actor,
        "record": dict(version.body),
    }


def _text(value: str, zone: str) -> Cell:
    if "[[" in value and "]]" in value:
        return Cell(value.replace("[[", "⟦").replace("]]", "⟧"), Standing.BLANK)
    try:
        return Cell(local(value, zone))
    except MalformedRecord:
        pass
    return Cell(value, mono=is_mark(value))


def _several(values: Sequence[Any], zone: str) -> Cell:
    if not values:
        return Cell("stated to be none")
    cells = [cell(each, zone) for each in values]
    comma = "; " if any("," in each.text for each in cells) else ", "
    standing = next((each.standing for each in cells if each.standing is Standing.BLANK), Standing.STATED)
    return Cell(comma.join(each.text for each in cells), standing, mono=all(each.mono for each in cells))


def _offset(there: datetime) -> str:
    offset = there.strftime("%z")
    return "UTC" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}"

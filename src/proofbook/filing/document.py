"""One document of a file: kind, id, when it happened, and the record itself.

Promises: exactly the keys `kind`, `id`, `occurred` and `record`; `occurred` only for kinds without a field of their own that
says when they happened; a `Filed` holds a record that its kind's model took whole. Hostile input can cause nothing but mistakes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from proofbook.filing.body import parse_body
from proofbook.filing.marked import Listing, Marked, Place, Scalar, Step, Table, find_nearest, format_path
from proofbook.filing.mistakes import Mistakes, quote
from proofbook.filing.scalars import normalise_moment
from proofbook.filing.wording import MOMENT_EXAMPLE, did_you_mean
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS
from proofbook.records.record import ID_FORM, Record

KEYS: Final = ("kind", "id", "occurred", "record")
_ID: Final = re.compile(ID_FORM.removesuffix("$") + r"\Z")
_ID_FIX: Final = "write 1 to 80 small letters, digits, '.', '_' and '-', first a letter or digit"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filed:
    """A record as a file states it. `occurred` is None when the file says nothing and the kind has no field for it."""

    marked: Table
    kind: str
    id: str
    occurred: str | None
    record: Record
    body: dict[str, Any]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.marked.at

    @property
    def name(self) -> str:
        """`kind/id`."""
        return f"{self.kind}/{self.id}"

    def place_of(self, *path: Step) -> Place:
        """Where a field of the record stands, or what is around it; the whole document without a path."""
        return find_nearest(self.marked, ("record", *path)) if path else self.place


def parse_documents(values: tuple[Marked, ...], mistakes: Mistakes) -> list[Filed]:
    """The records of a file's documents; a document may also be a list of them. What is wrong goes to `mistakes`."""
    found: list[Filed] = []
    for value in values:
        for each in value.items if isinstance(value, Listing) else (value,):
            filed = _parse_one(each, mistakes)
            if filed is not None:
                found.append(filed)
    return found


def _parse_one(value: Marked, mistakes: Mistakes) -> Filed | None:
    if not isinstance(value, Table):
        mistakes.add(value.at, "", "is not a record", "a record has the keys kind, id and record")
        return None
    before = mistakes.total
    for name, each in value.entries.items():
        if name not in KEYS:
            mistakes.add(each.at, name[:80], "is not a key of a record's file", _key_fix(name, value))
    kind, own_id = _kind(value, mistakes), _id(value, mistakes)
    stated = value.entries.get("record")
    if stated is None:
        mistakes.add(value.at, "record", "is missing", "put the record's fields below `record:`")
    if kind is None:
        return None
    occurred = _occurred(value, kind, mistakes)
    record = None if stated is None else parse_body(kind, stated.value, mistakes)
    if record is None or own_id is None or mistakes.total > before:
        return None
    happened = KEPT[kind].happened
    return Filed(value, kind, own_id, occurred if happened is None else getattr(record, happened), record, record.to_body())


def _key_fix(name: str, value: Table) -> str:
    kind = value.entries.get("kind")
    word = kind.value.text if kind is not None and isinstance(kind.value, Scalar) else ""
    if word in KEPT and name in KEPT[word].model_fields:
        return "it is a field of the record: put it below `record:`"
    return did_you_mean(name, KEYS)


def _kind(value: Table, mistakes: Mistakes) -> str | None:
    word = _word(value, "kind", mistakes, "state the kind of record; `proofbook record schema` lists them")
    if word is None or word.text in KEPT:
        return None if word is None else word.text
    if word.text in KINDS:
        mistakes.add(word.at, "kind", f"is {quote(word.text)}, which only the program itself records", "choose another kind")
    else:
        mistakes.add(word.at, "kind", f"is {quote(word.text)}, which is not known", _kind_fix(word.text))
    return None


def _kind_fix(word: str) -> str:
    fix = did_you_mean(word, sorted(KEPT))
    return fix if fix.startswith("did you mean") else "`proofbook record schema` lists the kinds"


def _id(value: Table, mistakes: Mistakes) -> str | None:
    word = _word(value, "id", mistakes, _ID_FIX)
    if word is None:
        return None
    if not _ID.match(word.text):
        told = "is still a blank" if word.text.startswith("[[") else f"is {quote(word.text)}"
        mistakes.add(word.at, "id", told, _ID_FIX)
        return None
    return word.text


def _word(value: Table, key: str, mistakes: Mistakes, fix: str) -> Scalar | None:
    found = value.entries.get(key)
    if found is None:
        mistakes.add(value.at, key, "is missing", fix)
    elif not isinstance(found.value, Scalar) or found.value.value is None or isinstance(found.value.value, bool):
        mistakes.add(found.value.at, key, "is not a word", fix)
    else:
        return found.value
    return None


def _occurred(value: Table, kind: str, mistakes: Mistakes) -> str | None:
    found = value.entries.get("occurred")
    if found is None or (isinstance(found.value, Scalar) and found.value.value is None):
        return None
    happened = KEPT[kind].happened
    if happened is not None:
        told = f"may not be stated for {kind}"
        mistakes.add(found.at, "occurred", told, f"{format_path((happened,))} already says when it happened; remove this line")
        return None
    text = normalise_moment(found.value.text) if isinstance(found.value, Scalar) else ""
    if not _INSTANT.match(text):
        mistakes.add(found.value.at, "occurred", "is not a time with its offset", f"write a time such as {MOMENT_EXAMPLE}")
        return None
    return text

"""Writing one record from a queue, and telling what is wrong with it beside the fields of the form it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from proofbook.errors import ProofbookError
from proofbook.filing.mistakes import FilingMistakes, FilingRefused
from proofbook.filing.values import read_values
from proofbook.journal.receipt import Receipt
from proofbook.portal.posting import FormMistakes
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant

_NOT_AN_ID: Final = re.compile(r"[^a-z0-9._-]+")


def write_record(desk: Desk, kind: str, id: str, record: Mapping[str, Any]) -> tuple[Receipt, ...]:  # noqa: A002 - what it is called
    """Write a version of one record by the rules of records in files.

    Raises:
        FormMistakes: with each field that is wrong or that a rule does not let in; nothing was written.
    """
    try:
        plan = desk.writing.plan([read_values(kind, id, record)], actor=desk.known.actor)
        return desk.writing.file(plan, actor=desk.known.actor)
    except (FilingMistakes, FilingRefused) as error:
        raise FormMistakes(
            {each.field.removeprefix("record."): f"{each.what}; {each.fix}" if each.fix else each.what for each in error.mistakes}
        ) from error


def make_id(*parts: str) -> str:
    """An id made of words: small letters, digits and hyphens."""
    return _NOT_AN_ID.sub("-", "-".join(parts).lower()).strip("-._")[:80] or "record"


def now_of(desk: Desk) -> str:
    """The present instant."""
    return format_instant(desk.now)


def mistakes_of(error: ProofbookError) -> dict[str, str]:
    """What is wrong, by field; under no field where none is named."""
    if isinstance(error, FormMistakes):
        return error.by_field
    return {"": f"{error.message}; {error.hint}" if error.hint else error.message}

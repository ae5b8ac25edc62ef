"""A page in the shape its templates draw: what is silent gathered in one line, empty columns named, columns measured.

Promises: nothing is hidden: a field that says nothing is named at the end of its group, a column that says nothing is named under
its table. Widths follow the longest words, so that words are not cut where there is room. Pure; does not escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from proofbook.artifacts.page import Block, Cell, Drawing, Field, Fields, Gallery, Page, Standing, Table

SIGNATURES: Final = ("Signed by", "Role", "Decision", "Statement", "When", "Of")
HISTORY: Final = ("Version", "When it held or happened", "Recorded", "Recorded by", "Why", "Entry")
UNSIGNED: Final = "Nobody has signed any version of this record."
NO_HISTORY: Final = "This page is drawn from many records; each has its own history (proofbook record history KIND ID)."
_SILENT: Final = (Standing.NOT_STATED, Standing.UNKNOWN)
_LONG_WORD: Final = 30

_SIZE: Final = re.compile(r'width="(\d+)" height="(\d+)"')
_HEAD_OF_DRAWING: Final = 600

_PORTRAIT: Final = 482
"""Points between the margins of an upright page."""
_LANDSCAPE: Final = 728
_GAP: Final = 7
_SIZES: Final = ((_PORTRAIT, 90), (_PORTRAIT, 83), (_LANDSCAPE, 90), (_LANDSCAPE, 80), (_LANDSCAPE, 72))
"""Room and tenths of a point of the letters, tried in turn until no word is cut."""
_LETTER: Final = 0.47
"""Width of a letter to its size, in the text face; a little more than the mean."""
_WIDE_WORD: Final = 1.2
"""How much more than the mean a word of wide letters takes."""
_MONO: Final = 0.62
_MONO_LESS: Final = 17
"""Tenths of a point by which digests are set smaller."""
_MONO_WHOLE: Final = 20
"""Letters up to which a digest or id stays on one line."""
_MONO_AT_LEAST: Final = 14
_WANTED_AT_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class Measure:
    """How a table fits on paper: relative widths, letters of a digest to a line, of a word to a line, size of the letters."""

    widths: tuple[int, ...]
    mono_at: tuple[int, ...]
    word_at: tuple[int, ...]
    size: int
    room: int


def shape_page(page: Page) -> dict[str, Any]:
    """What both templates are filled with. Drawings come as they are."""
    blocks = [shape_block(each) for each in page.blocks]
    trails = [shape_block(each) for each in _trails(page)]
    return {
        "name": page.name,
        "title": page.title,
        "lead": page.lead,
        "marks": [_cell(each) for each in page.marks],
        "head": asdict(page.head),
        "blocks": blocks,
        "trails": trails,
        "wide": any(each.get("wide", False) for each in (*blocks, *trails)),
    }


def shape_block(block: Block) -> dict[str, Any]:
    """One block."""
    value: dict[str, Any] = {"kind": type(block).__name__.lower(), "title": block.title, "note": getattr(block, "note", "")}
    if isinstance(block, Fields):
        return value | _shape_fields(block)
    if isinstance(block, Table):
        return value | _shape_table(block)
    if isinstance(block, Drawing):
        shaped = _shape_drawing(block)
        return value | shaped | {"wide": block.tall and not shaped["upright"]}
    if isinstance(block, Gallery):
        return value | {"drawings": [{"title": each.title} | _shape_drawing(each) for each in block.drawings]}
    return value | {"paragraphs": list(block.paragraphs), "standing": block.standing.name}


def name_silent_columns(table: Table) -> Table:
    """The table without columns in which no row states anything; the note names them."""
    if len(table.rows) == 0:
        return table
    silent = [place for place in range(len(table.columns)) if all(_is_bare(row[place]) for row in table.rows)]
    if not silent or len(silent) == len(table.columns):
        return table
    kept = [place for place in range(len(table.columns)) if place not in silent]
    named = "Not stated in any row: " + ", ".join(table.columns[place] for place in silent) + "."
    return replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in table.rows),
        weights=tuple(table.weights[place] for place in kept) if table.weights else (),
        note=f"{table.note} {named}".strip(),
    )


def measure(table: Table) -> Measure:
    """Widths and letters with which no word is cut, as far as there is room."""
    columns = [[Cell(name), *(row[place] for row in table.rows)] for place, name in enumerate(table.columns)]
    room, size = _SIZES[-1]
    for room, size in _SIZES:
        if sum(_need(each, size) + _GAP for each in columns) <= room:
            break
    needs = [_need(each, size) for each in columns]
    wants = [max(_want(each, size), need) for each, need in zip(columns, needs, strict=True)]
    over = max(0.0, room - sum(needs) - _GAP * len(columns))
    more = [want - need for want, need in zip(wants, needs, strict=True)]
    total = sum(more) or 1.0
    spread = [need + _GAP + over * each / total for need, each in zip(needs, more, strict=True)]
    fit = min(1.0, room / (sum(spread) or 1.0))
    inner = [width * fit - _GAP for width in spread]
    mono = _MONO * (size - _MONO_LESS) / 10
    letter = _LETTER * size / 10
    return Measure(
        widths=tuple(max(1, round(width)) for width in spread),
        mono_at=tuple(max(6, int(width / mono + 0.01)) for width in inner),
        word_at=tuple(max(4, int(width / letter)) for width in inner),
        size=size,
        room=room,
    )


def _shape_fields(block: Fields) -> dict[str, Any]:
    said = [each for each in block.rows if not _is_silent(each)]
    silent = [
        {"standing": standing.name, "word": standing.value, "labels": [each.label for each in block.rows if _of(each, standing)]}
        for standing in _SILENT
    ]
    rows = [{"label": each.label, "meaning": each.meaning, "value": _cell(each.value)} for each in said]
    return {"rows": rows, "silent": [each for each in silent if each["labels"]]}


def _of(row: Field, standing: Standing) -> bool:
    return _is_silent(row) and row.value.standing is standing


def _is_silent(row: Field) -> bool:
    """Whether the value says no more than that it is not stated or unknown."""
    return row.value.standing in _SILENT and row.value.text == row.value.standing.value


def _is_bare(cell: Cell) -> bool:
    return cell.standing is Standing.NOT_STATED and cell.text == Standing.NOT_STATED.value


def _shape_table(block: Table) -> dict[str, Any]:
    table = name_silent_columns(block)
    fit = measure(table)
    rows = [
        [
            _cell(cell) | {"at": fit.mono_at[place] if cell.mono else fit.word_at[place], "name": table.columns[place]}
            for place, cell in enumerate(row)
        ]
        for row in table.rows
    ]
    return {
        "columns": list(table.columns),
        "rows": rows,
        "empty": table.empty,
        "note": table.note,
        "widths": list(fit.widths),
        "size": fit.size,
        "wide": bool(rows) and fit.room == _LANDSCAPE,
    }


def _shape_drawing(drawing: Drawing) -> dict[str, Any]:
    size = _SIZE.search(drawing.paper[:_HEAD_OF_DRAWING])
    upright = size is not None and int(size[2]) > int(size[1])
    return {"screen": drawing.screen, "paper": drawing.paper, "alt": drawing.alt, "tall": drawing.tall, "upright": upright}


def _trails(page: Page) -> tuple[Table, ...]:
    """Signatures and history of the record behind the page; a page of many records says where theirs are."""
    if not page.history:
        return (Table("Signatures and history", (), (), NO_HISTORY),)
    return (Table("Signatures", SIGNATURES, page.signatures, UNSIGNED), Table("History", HISTORY, page.history, NO_HISTORY))


def _cell(each: Cell) -> dict[str, Any]:
    long = any(len(word) > _LONG_WORD for word in each.text.split())
    return {"text": each.text, "standing": each.standing.name, "word": each.standing.value, "mono": each.mono, "long": long}


def _need(column: Sequence[Cell], size: int) -> float:
    """Points the longest word takes; a word that no page has room for, and a digest, may be cut."""
    letter = _LETTER * size / 10
    mono = _MONO * (size - _MONO_LESS) / 10
    found = [_longest(_words(each)) * letter * _WIDE_WORD for each in column if not each.mono]
    found += [_mono_need(each.text) * mono for each in column if each.mono]
    return max(found, default=0.0)


def _mono_need(text: str) -> int:
    return len(text) if len(text) <= _MONO_WHOLE else _MONO_AT_LEAST


def _words(cell: Cell) -> list[str]:
    words = cell.text.replace("-", "- ").split()
    return [*words, f"⟨{cell.standing.value}⟩"] if cell.standing in {Standing.LATE, Standing.BLANK, Standing.DIFFERS} else words


def _longest(words: Iterable[str]) -> int:
    return max((min(len(word), _LONG_WORD) for word in words), default=0)


def _want(column: Sequence[Cell], size: int) -> float:
    letter = _LETTER * size / 10
    return max((min(len(each.text), _WANTED_AT_MOST) * letter for each in column), default=0.0)

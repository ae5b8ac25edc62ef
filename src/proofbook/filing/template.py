"""A file to start from: every field of a kind, what it means, what may stand in it, blanks where something must be stated.

Promises: once the blanks of the required fields are filled with what they ask for, the file is taken. Fields that may be left out
are commented out: a `#` straight before the name. A comment for people has a space behind its `#`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from proofbook.filing.shape import Field, Shape, Sort, shape_of
from proofbook.filing.wording import MOMENT_EXAMPLE, wanted
from proofbook.filing.yaml_writing import format_scalar
from proofbook.records.kept import KEPT

_WIDTH: Final = 110
_INDENT: Final = "  "
_HINTS: Final = {
    Sort.MOMENT: f"a time with its offset, such as {MOMENT_EXAMPLE}",
    Sort.DAY: "a day, YYYY-MM-DD",
}


def format_template(kind: str) -> str:
    """The template of a kept kind. Raises KeyError for another one."""
    model = KEPT[kind]
    what = (model.__doc__ or "").splitlines()[0].partition(": ")[2]
    lines = [
        *_comment(f"{kind}: {what}", ""),
        *_comment("Fields without a # must be stated. Remove the # of others that you state; leave out what is not known.", ""),
        f"kind: {kind}",
        'id: "[[short id, for example 2026-q1: small letters, digits, . _ -]]"',
    ]
    if model.happened is None:
        lines += [*_comment("When this became so, where that is not now.", ""), f"#occurred: {MOMENT_EXAMPLE}"]
    lines.append("record:")
    for field in shape_of(kind).fields:
        lines += _field(field, _INDENT)
    return "".join(f"{line}\n" for line in lines)


def _field(field: Field, indent: str) -> Iterator[str]:
    yield from _comment(_also(field), indent)
    lines = _value(field.name, field.shape, field)
    yield from (f"{indent}{line}" if field.required else f"{indent}#{line}" for line in lines)


def _also(field: Field) -> str:
    """What the blank itself does not say: what it points to, and what it means to leave the field out."""
    shape = field.shape
    said = []
    refers_to = shape.refers_to or (shape.item.refers_to if shape.item is not None else None)
    if refers_to is not None:
        said.append("an entry id" if refers_to == "entry" else f"id of a record of kind {refers_to}")
    if not field.required and field.default not in (None, []):
        said.append(f"left out, it is {format_scalar(field.default) if not isinstance(field.default, dict) else '{}'}")
    return f"{field.name}: {'; '.join(said)}" if said else ""


def _value(name: str, shape: Shape, field: Field) -> Iterator[str]:
    """The lines of one field, without indentation."""
    if shape.sort is Sort.LIST and shape.item is not None:
        yield f"{name}:"
        yield from _item(shape.item, field.meaning)
    elif shape.sort is Sort.MAP and shape.item is not None:
        yield f"{name}:"
        yield f"{_INDENT}name: {_blank(shape.item, 'value')}"
    elif shape.sort is Sort.TABLE:
        yield f"{name}:"
        yield from (f"{_INDENT}{line}" for line in _part(shape))
    else:
        yield f"{name}: {_blank(shape, field.meaning)}"


def _item(shape: Shape, meaning: str) -> Iterator[str]:
    if shape.sort is not Sort.TABLE:
        yield f"{_INDENT}- {_blank(shape, meaning)}"
        return
    lines = list(_part(shape))
    yield f"{_INDENT}- {lines[0]}"
    yield from (f"{_INDENT}  {line}" for line in lines[1:])


def _part(shape: Shape) -> Iterator[str]:
    """The fields of a part; what must be stated comes first, and something is always stated."""
    fields = sorted(shape.fields, key=lambda field: not field.required)
    for place, field in enumerate(fields):
        optional = not field.required and place > 0
        yield from (f"#{line}" if optional else line for line in _value(field.name, field.shape, field))


def _blank(shape: Shape, meaning: str) -> str:
    hint = wanted(shape) if shape.sort in {Sort.CHOICE, Sort.WHOLE, Sort.FLAG, Sort.DECIMAL} else _HINTS.get(shape.sort, "")
    return format_scalar(f"[[{meaning.replace(']]', '] ]')}{f': {hint}' if hint else ''}]]")


def _comment(text: str, indent: str) -> list[str]:
    """Comment lines; none for an empty text."""
    return textwrap.wrap(text, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ", break_long_words=False)

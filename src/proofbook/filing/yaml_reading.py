"""YAML -> values with their places: mappings, lists and scalars, nothing that has to be constructed.

Promises: works on the flat stream of events, so nothing is put together before it was looked at; aliases, anchors, type tags,
merge keys, keys that are not words and keys that stand twice are mistakes; depth, parts and documents are bounded. A file whose
syntax is broken gives one mistake with its line; what YAML's older versions would turn into dates or truth values stays text.
Hostile input can cause nothing but mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from proofbook.filing.marked import Listing, Marked, Named, Place, Scalar, Table
from proofbook.filing.mistakes import Mistakes, quote
from proofbook.filing.scalars import resolve_plain

MAX_DEPTH: Final = 32
"""The deepest record has six levels."""
MAX_PARTS: Final = 4_000_000
"""Scalars, lists and mappings of one file."""
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser of libyaml where it is there: ten times as fast, same events."""
_NOT_NEEDED: Final = "write the value out where it is used"
_MERGE: Final = "<<"


@dataclass(slots=True)
class _Open:
    """A mapping or list that is not closed yet."""

    at: Place
    mapping: bool
    items: list[Marked] = field(default_factory=list)
    entries: dict[str, Named] = field(default_factory=dict)
    key: Scalar | None = None
    unusable: bool = False
    """Whether the key that waits for its value cannot be one; the mistake is told already."""
    path: str = ""


class _Stop(Exception):
    """The rest of the file cannot be read; the mistake is already told."""


def parse_yaml(text: str, file: str, mistakes: Mistakes) -> tuple[Marked, ...]:
    """The documents of a text; empty ones are left out. What is wrong goes to `mistakes`."""
    composer = _Composer(file, mistakes)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except _Stop:
        pass
    except yaml.YAMLError as error:
        place, what, fix = _explain(error, file)
        mistakes.add(place, "", what, fix)
    except (RecursionError, ValueError) as error:
        mistakes.add(Place(file, 1, 1), "", f"cannot be read as YAML: {type(error).__name__}", "write plain YAML")
    return tuple(composer.documents)


class _Composer:
    """Puts values together from events, with a stack of its own."""

    def __init__(self, file: str, mistakes: Mistakes) -> None:
        self.documents: list[Marked] = []
        self._file = file
        self._mistakes = mistakes
        self._stack: list[_Open] = []
        self._parts = 0

    def take(self, event: Any) -> None:
        """One more event."""
        if isinstance(event, yaml.NodeEvent):
            self._count(event)
            if isinstance(event, yaml.AliasEvent):
                self._mistake(event, f"uses an alias (*{event.anchor})", _NOT_NEEDED)
                self._place(Scalar(self._at(event), None, ""))
                return
            if event.anchor is not None:
                self._mistake(event, f"uses an anchor (&{event.anchor})", _NOT_NEEDED)
            if (tag := getattr(event, "tag", None)) is not None:
                self._mistake(event, f"uses a type tag ({quote(tag)})", "leave the tag out; the field decides the type")
        if isinstance(event, yaml.ScalarEvent):
            plain = bool(event.implicit[0])
            self._place(Scalar(self._at(event), resolve_plain(event.value) if plain else event.value, event.value), plain=plain)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()

    def _count(self, event: Any) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            self._mistake(event, f"has more than {MAX_PARTS} parts", "split the file")
            raise _Stop

    def _open(self, event: Any) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._mistake(event, f"is nested deeper than {MAX_DEPTH} levels", "no record needs that; check the indentation")
            raise _Stop
        path = self._path()
        self._stack.append(_Open(self._at(event), isinstance(event, yaml.MappingStartEvent), path=path))

    def _close(self) -> None:
        done = self._stack.pop()
        self._place(Table(done.at, done.entries) if done.mapping else Listing(done.at, tuple(done.items)))

    def _place(self, value: Marked, *, plain: bool = False) -> None:
        if not self._stack:
            if not (isinstance(value, Scalar) and value.value is None):
                self.documents.append(value)
            return
        around = self._stack[-1]
        if not around.mapping:
            around.items.append(value)
        elif around.key is None:
            around.key = self._key(around, value, plain=plain)
        else:
            key, unusable, around.key, around.unusable = around.key, around.unusable, None, False
            if not unusable:
                self._enter(around, key, value)

    def _key(self, around: _Open, value: Marked, *, plain: bool) -> Scalar:
        if not isinstance(value, Scalar) or (plain and not value.text):
            self._told(value.at, "has a key that is not a word", "keys are field names")
            around.unusable = True
            return Scalar(value.at, None, "")
        if plain and value.text == _MERGE:
            self._told(value.at, "uses a merge key (<<)", _NOT_NEEDED)
            around.unusable = True
        return value

    def _enter(self, around: _Open, key: Scalar, value: Marked) -> None:
        first = around.entries.get(key.text)
        if first is not None:
            told = f"the key {quote(key.text)} stands twice, first in line {first.at.line}"
            self._told(key.at, told, "remove one of the two")
        else:
            around.entries[key.text] = Named(key.at, value)

    def _path(self) -> str:
        """The path of the value that is about to be placed."""
        if not self._stack:
            return ""
        around = self._stack[-1]
        if not around.mapping:
            return f"{around.path}[{len(around.items)}]"
        key = around.key.text[:80] if around.key is not None else ""
        return f"{around.path}.{key}" if around.path and key else around.path or key

    def _at(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _mistake(self, event: Any, what: str, fix: str) -> None:
        self._told(self._at(event), what, fix)

    def _told(self, at: Place, what: str, fix: str) -> None:
        self._mistakes.add(at, self._path(), what, fix)


def _explain(error: yaml.YAMLError, file: str) -> tuple[Place, str, str]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file, 1, 1)
    problem = str(getattr(error, "problem", None) or "it cannot be parsed")
    context = getattr(error, "context", None)
    what = f"is not YAML: {problem}" + (f" ({context})" if context else "")
    return place, what, next((fix for word, fix in _FIXES if word in problem), "correct the line named, or the one before it")


_FIXES: Final = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("cannot start any token", "put the text in quotes, and indent with spaces, not with tabs"),
    ("mapping values are not allowed", "put a text that contains ': ' in quotes; check the indentation"),
    ("could not find expected ':'", "write `name: value`, with a space after the colon"),
    ("expected <block end>", "give all names of one level the same indentation"),
    ("did not find expected key", "give all names of one level the same indentation; put text with quotes in it in quotes"),
    ("unexpected end of stream", "close the quotes or brackets that were opened"),
)

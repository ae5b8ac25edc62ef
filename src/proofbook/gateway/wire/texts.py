"""The texts of a request or reply: everything in it that a model reads or says, as text, for whoever looks for sensitive data.

Promises: every string of a JSON body is there, whatever field it stands in and however often a field is named, except media in
base64, which are only counted; arguments of tools, which may be objects, are there with their field names; a stream's text is put
together for each choice first, so that it does not depend on how the engine cut it. Never raises for any bytes; what cannot be
read is counted, never skipped in silence. Does not: follow links, decode media, or read token numbers and vectors.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from proofbook.gateway.wire.facts import ProtocolName
from proofbook.gateway.wire.ndjson import parse_lines
from proofbook.gateway.wire.sse import END_MARK, parse_events
from proofbook.gateway.wire.stream_texts import Assembly, add_event
from proofbook.gateway.wire.volume import holds_too_many

_MEDIA_KEYS: Final = frozenset(("data", "file_data", "images", "b64_json", "image"))
_WHOLE_KEYS: Final = frozenset(("arguments", "input", "metadata", "parameters", "json_schema", "format", "logit_bias"))
"""Fields whose objects are content as they are: written out with their field names, which say what a value is."""
_SHORTEST_MEDIA: Final = 256
_SHORTEST_NUMBER: Final = 8
"""Digits from which a number of a document may be more than a setting."""
_NUMBERS: Final = 16
"""A list of so many numbers and nothing else is tokens or a vector."""


class Texts(NamedTuple):
    """What a body says. `media`: parts that are not text; `undecodable`: parts, or the body, that could not be read."""

    texts: tuple[str, ...]
    media: int = 0
    undecodable: int = 0


class _Pairs(list[tuple[str, Any]]):
    """An object as it is written: a field that is named twice is there twice."""


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_Pairs, parse_float=_Number, parse_int=_Number)


def texts_of_request(protocol: ProtocolName, body: bytes) -> Texts:
    """The texts of a request body; none for an empty one."""
    del protocol  # a request of any API is one document, of which every string may be content
    return _texts_of_document(body)


def texts_of_reply(protocol: ProtocolName, body: bytes, *, streamed: bool) -> Texts:
    """The texts of a captured reply, as far as it came."""
    if not streamed:
        return _texts_of_document(body)
    lines = parse_lines(body) if protocol.startswith("ollama.") else parse_events(body)
    assembly = Assembly()
    undecodable = 0
    for line in lines:
        if line == END_MARK:
            continue
        try:
            document = json.loads(line.decode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError):
            undecodable += 1
            continue
        try:
            add_event(assembly, document if isinstance(document, dict) else {"": document})
        except RecursionError:
            undecodable += 1
    undecodable += bool(body) and not body.endswith((b"\n", b"\r"))  # it broke off within a line
    walk = _Walk()
    for each in (*assembly.texts(), *assembly.whole):
        walk.visit(each, "")
    return Texts(tuple(walk.texts), walk.media, undecodable)


def _texts_of_document(body: bytes) -> Texts:
    if not body:
        return Texts(())
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return Texts((), undecodable=1)
    if holds_too_many(body):
        return Texts((text,))
    try:
        document = _DECODER.decode(text)
        walk = _Walk()
        walk.visit(document, "")
    except (ValueError, RecursionError):
        return Texts((text,))  # such as an error page: whatever it is, it is text
    return Texts(tuple(walk.texts), walk.media)


class _Walk:
    """Gathers the strings of a document, in order. Depth is bounded by the decoder's own."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.media = 0

    def visit(self, value: Any, key: str) -> None:
        """One value and all that is in it."""
        match value:
            case _Number():
                if len(value) >= _SHORTEST_NUMBER:
                    self.texts.append(value)
            case str() if value:
                self._add_string(value, key)
            case _Pairs() | dict() if key in _WHOLE_KEYS:
                self.texts.append(_format_object(value))
            case _Pairs():
                for name, each in value:
                    self.visit(each, name)
            case dict():
                for name, each in value.items():
                    self.visit(each, name)
            case list():
                self._visit_list(value, key)

    def _visit_list(self, values: Sequence[Any], key: str) -> None:
        if len(values) >= _NUMBERS and all(isinstance(each, (_Number, int, float)) for each in values):
            self.media += 1
            return
        for each in values:
            self.visit(each, key if isinstance(each, str) else "")

    def _add_string(self, value: str, key: str) -> None:
        if _is_media(value, key):
            self.media += 1
        else:
            self.texts.append(_unpacked(value))


def _unpacked(value: str) -> str:
    """A string that is itself a JSON object, as arguments of tools are, without the escapes of JSON; others as they are."""
    if not value.startswith("{"):
        return value
    try:
        return _format_object(_DECODER.decode(value))
    except (ValueError, RecursionError):
        return value


def _format_object(value: Any) -> str:
    """An object as lines of `name: value`, so that the words beside a value stand before it."""
    lines: list[str] = []
    _write(value, "", lines)
    return "\n".join(lines)


def _write(value: Any, name: str, lines: list[str]) -> None:
    if isinstance(value, (_Pairs, dict)):
        for inner, each in value.items() if isinstance(value, dict) else value:
            _write(each, inner, lines)
    elif isinstance(value, list):
        for each in value:
            _write(each, name, lines)
    elif isinstance(value, (str, int, float)):
        lines.append(f"{name}: {value}")


def _is_media(value: str, key: str) -> bool:
    """Whether a string is a file in base64: by its data URL, or by its field, length and alphabet."""
    if value.startswith("data:") and ";base64," in value[:256]:
        return True
    return key in _MEDIA_KEYS and len(value) >= _SHORTEST_MEDIA and not any(space in value[:4096] for space in " \n,.")

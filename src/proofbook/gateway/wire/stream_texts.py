"""Puts the text of a stream together: one text for each place that the engine adds to, whatever pieces it came in.

A place is a choice, a content block or an output item, and the field in it. Events that repeat what was said before (the whole
response at the end of an OpenAI response, `*.done`) are left out as long as the pieces were there. Promises: pieces of one place
join in the order they came; any event is safe; memory is bounded by the stream's own size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NOT_SAID: Final = frozenset(("role", "type", "id", "index", "status", "signature", "obfuscation"))
"""Fields of a piece that are no text of the model."""
_LAST: Final = ("response.completed", "response.incomplete", "response.failed")

Place = tuple[str | int, ...]


class Assembly:
    """Texts under way. `whole`: values that came in one piece."""

    __slots__ = ("_pieces", "whole")

    def __init__(self) -> None:
        self._pieces: dict[Place, list[str]] = {}
        self.whole: list[Any] = []

    @property
    def has_pieces(self) -> bool:
        """Whether anything came in pieces."""
        return bool(self._pieces)

    def add(self, place: Place, value: Any) -> None:
        """A piece: strings join those of the same place; in objects and lists every field is a place of its own."""
        if isinstance(value, str):
            if value:
                self._pieces.setdefault(place, []).append(value)
        elif isinstance(value, dict):
            for name, each in value.items():
                if name not in _NOT_SAID:
                    self.add((*place, name), each)
        elif isinstance(value, list):
            for position, each in enumerate(value):
                self.add((*place, _index(each, position)), each)

    def texts(self) -> tuple[str, ...]:
        """The texts, in the order in which their places were first added to."""
        return tuple("".join(pieces) for pieces in self._pieces.values())


def add_event(assembly: Assembly, event: Mapping[str, Any]) -> None:
    """What one event of a stream of any API adds."""
    if "error" in event:
        assembly.whole.append(event["error"])
    kind = event.get("type")
    if isinstance(kind, str) and kind:
        _add_typed(assembly, kind, event)
    elif "choices" in event:
        _add_choices(assembly, event["choices"])
    else:
        _add_line(assembly, event)


def _add_choices(assembly: Assembly, choices: Any) -> None:
    """OpenAI's chat and completions."""
    if not isinstance(choices, list):
        return
    for position, choice in enumerate(choices):
        if isinstance(choice, dict):
            place = ("choice", _index(choice, position))
            for name in ("delta", "message", "text"):
                assembly.add((*place, name), choice.get(name))


def _add_line(assembly: Assembly, line: Mapping[str, Any]) -> None:
    """Ollama's own: `message` or `response`; calls of tools come whole."""
    for name in ("response", "thinking"):
        assembly.add((name,), line.get(name))
    message = line.get("message")
    if isinstance(message, dict):
        calls = message.get("tool_calls")
        if calls:
            assembly.whole.append(calls)
        assembly.add(("message",), {name: value for name, value in message.items() if name not in {"tool_calls", "images"}})


def _add_typed(assembly: Assembly, kind: str, event: Mapping[str, Any]) -> None:
    """Anthropic's messages, and OpenAI's responses."""
    match kind:
        case "content_block_start":
            assembly.add(("block", _index(event, 0)), event.get("content_block"))
        case "content_block_delta":
            assembly.add(("block", _index(event, 0)), event.get("delta"))
        case "message_start" | "message_delta" | "message_stop" | "ping":
            message = event.get("message")
            if isinstance(message, dict) and message.get("content"):
                assembly.whole.append(message["content"])
        case _ if kind.endswith(".delta"):
            place = tuple(_scalar(event.get(name)) for name in ("item_id", "output_index", "content_index", "summary_index"))
            assembly.add((kind, *place), event.get("delta"))
        case _ if kind in _LAST and not assembly.has_pieces:
            response = event.get("response")
            if isinstance(response, dict):
                assembly.whole.append(response.get("output"))


def _index(value: Any, otherwise: int) -> int:
    """The place that a part names itself, or where it stands."""
    index = value.get("index") if isinstance(value, dict) else None
    return index if type(index) is int else otherwise


def _scalar(value: Any) -> str | int:
    return value if isinstance(value, (str, int)) else ""

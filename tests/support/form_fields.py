"""The fields of a form as a browser reads them from HTML and sends them: defaults, line ends and all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_NO_LINES = frozenset({"text", "date", "datetime-local", "search"})


@dataclass
class _Select:
    name: str
    options: list[tuple[str, bool]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Collects name and value of every successful control, by the action of its form."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self._fields: list[tuple[str, str]] | None = None
        self._textarea: tuple[str, list[str]] | None = None
        self._select: _Select | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more tag."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.forms.setdefault(given.get("action", ""), [])
        elif self._fields is None:
            return
        elif tag == "input":
            self._input(given)
        elif tag == "textarea":
            self._textarea = (given.get("name", ""), [])
        elif tag == "select":
            self._select = _Select(given.get("name", ""))
        elif tag == "option" and self._select is not None:
            self._select.options.append((given.get("value", ""), "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        """The end of one."""
        if tag == "form":
            self._fields = None
        elif self._fields is None:
            return
        elif tag == "textarea" and self._textarea is not None:
            name, parts = self._textarea
            text = "".join(parts)
            self._fields.append((name, _LINE_ENDS.sub("\n", text.removeprefix("\n"))))
            self._textarea = None
        elif tag == "select" and self._select is not None:
            options = self._select.options
            chosen = next((value for value, on in options if on), options[0][0] if options else None)
            if chosen is not None:
                self._fields.append((self._select.name, chosen))
            self._select = None

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if self._textarea is not None:
            self._textarea[1].append(data)

    def _input(self, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if self._fields is None or "name" not in given or kind in {"submit", "file"}:
            return
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        self._fields.append((given["name"], re.sub(r"[\r\n]", "", value) if kind in _NO_LINES else value))


def sent_fields(html: str, action: str) -> list[tuple[str, str]]:
    """What the form of that action sends when its button is pressed. Line ends of values are those of the wire, CR LF."""
    forms = _Forms()
    forms.feed(html)
    return [(name, _LINE_ENDS.sub("\r\n", value)) for name, value in forms.forms[action]]


def multipart(fields: Sequence[tuple[str, str]], files: Mapping[str, tuple[str, bytes]]) -> tuple[str, bytes]:
    """Media type and body of a form with files."""
    edge = "sample-edge-0123456789"
    made = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields]
    for name, (called, data) in files.items():
        shown = called.replace("\\", "\\\\").replace('"', '\\"')
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\nContent-Type: text/html\r\n\r\n'
        made.append(head.encode("utf-8", "surrogatepass") + data + b"\r\n")
    return f"multipart/form-data; boundary={edge}", b"".join(made) + f"--{edge}--\r\n".encode()

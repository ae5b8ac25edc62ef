"""The pages of a room for people: first page, evidence headers, README. No scripts, nothing loaded from anywhere, printable.

Promises: everything is escaped; characters that cannot be seen (controls, direction marks) are shown as code points, so a name
cannot rearrange a line. The same values give the same bytes.
Hostile input: names and words of entries are only ever text.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from proofbook.primitives.visible import visible

_MARKDOWN: Final = frozenset("\\`*_[]<>#|~&")


def render_index(page: Mapping[str, Any]) -> bytes:
    """`index.html`."""
    return _render("index.html", page)


def render_header(header: Mapping[str, Any]) -> bytes:
    """`header.html`: the readable twin of `header.json`."""
    return _render("header.html", {"header": header})


def render_criteria(page: Mapping[str, Any]) -> bytes:
    """A page of `06_Evidence_by_criterion`."""
    return _render("criteria.html", page)


def render_readme(page: Mapping[str, Any]) -> bytes:
    """`README.md`."""
    return _environment(html=False).get_template("readme.md").render(page).encode()


def _render(name: str, page: Mapping[str, Any]) -> bytes:
    return _environment(html=True).get_template(name).render(page).encode()


@cache
def _environment(*, html: bool) -> Environment:
    made = Environment(
        loader=PackageLoader("proofbook.export", "templates"),
        autoescape=html,  # noqa: S701 - on for every page; the README has its own escaping
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_show if html else _escape_markdown,
    )
    made.filters["count"] = _count
    made.filters["short"] = _short
    made.filters["words"] = _words
    made.filters["plain"] = Markup  # our own constants only; never a value of an entry
    return made


def _show(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _escape_markdown(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join("\\" + each if each in _MARKDOWN else each for each in visible(value))


def _count(number: int) -> str:
    """1234567 -> 1,234,567."""
    return f"{number:,}"


def _short(digest: str) -> str:
    """The beginning of a digest."""
    return digest.removeprefix("sha256:")[:16]


def _words(word: str) -> str:
    """An enum's word for people."""
    return word.replace("_", " ")

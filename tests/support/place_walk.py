"""Every page of the portal that can be shown, found by following links from those without parts in their paths.

A place whose page no link leads to, or that shows something only after it was asked for, has its example here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

from proofbook.people.roles import Permission
from proofbook.portal.places import Place, Reach
from support.sample_portal import Visitor

GUIDES: Mapping[str, str] = {
    "/exchanges/values": "/exchanges/values?principal=sample",
    "/lineage/{id}": "/lineage/sample-case-0073",
    "/queues/incidents/{kind}/{id}": "/queues/incidents/incident.near_miss/sample-near-miss-3",
    "/records/{kind}/{id}/difference": "/records/control/sample-control-inventory/difference",
}
"""Place -> an example that no link leads to."""
EXEMPT: Mapping[str, str] = {
    "/link/{secret}": "shown once, to whoever holds a link that was handed over",
    "/first": "shown only while there is no account",
    "/under-way/{work}": "there only while long work is under way",
    "/sign-in/{provider}": "leads to a provider, which no sample home has",
    "/sign-in/{provider}/back": "the way back from a provider",
    "/records/{kind}/{id}/files/{digest}": "a file that somebody attached; the sample year has none",
}
"""Place -> why it has no page in a sample home."""
_MORE = 20
"""Further pages that are looked at for links to one place."""
_LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
_PART = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(slots=True)
class Found:
    """What was found: a place's path -> the address of its page and who looks at it; places that give files or parts of pages."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)


def walk(places: Iterable[Place], people: Mapping[str, Visitor], order: Iterable[str], outside: Visitor) -> Found:
    """Follow links until nothing new is found; `order` says who is asked first."""
    wanted = {place.path: place for place in places if place.show is not None}
    found = Found()
    for account in order:
        _Walker(wanted, found, account, people[account]).walk()
    for path, place in wanted.items():
        if place.need is Reach.ANYBODY and path not in found.pages and not _PART.search(path):
            _look(found, path, path, "", outside)
    return found


def missing(places: Iterable[Place], found: Found) -> list[str]:
    """Places that nobody saw, and why each of them is a mistake."""
    known = found.pages.keys() | found.files | EXEMPT.keys()
    return [
        f"{place.path} ({_need(place)}): {found.failed.get(place.path, 'no link leads there')}; link to it from a page, or give "
        "an example in tests/support/place_walk.py"
        for place in places
        if place.show is not None and place.path not in known and not place.path.startswith("/api/")
    ]


@dataclass(slots=True)
class _Walker:
    """One visitor's way. Of each place one page is enough, unless a page of it may be what leads to a place not seen yet."""

    wanted: Mapping[str, Place]
    found: Found
    account: str
    visitor: Visitor
    waiting: list[str] = field(default_factory=list)
    spare: dict[str, list[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def walk(self) -> None:
        """Look at one page of each place, then at more pages of those below which a place was not seen."""
        self.waiting += [path for path in self.wanted if not _PART.search(path)] + list(GUIDES.values())
        self._go()
        for path in self.wanted:
            tried: set[str] = set()
            while path not in self.found.pages and path not in self.found.files and len(tried) < _MORE:
                near = (each for place in self.spare if _is_near(place, path) for each in self.spare[place])
                address = next((each for each in near if each not in tried), None)
                if address is None:
                    break
                tried.add(address)
                self._read(_look(self.found, _place_of(self.wanted, address) or "", address, self.account, self.visitor))
                self._go()

    def _go(self) -> None:
        while self.waiting:
            address = self.waiting.pop(0)
            path = _place_of(self.wanted, address)
            if path is None or path in self.found.files:
                continue
            if path in self.found.pages or path in self.seen:
                known = self.spare.setdefault(path, [])
                if address not in known:
                    known.append(address)
                continue
            text = _look(self.found, path, address, self.account, self.visitor)
            self.seen |= {path} if text else set()
            self._read(text)

    def _read(self, text: str) -> None:
        self.waiting += list(dict.fromkeys(map(unescape, _LINK.findall(text))))


def _is_near(place: str, path: str) -> bool:
    """Whether pages of a place may lead to another: it stands above it, or beside it."""
    return path.startswith(f"{place}/") or place.rpartition("/")[0] == path.rpartition("/")[0]


def _look(found: Found, path: str, address: str, account: str, visitor: Visitor) -> str:
    reply = visitor.ask(address)
    media = reply.headers.get("content-type", "")
    if reply.status == 403:
        return ""
    if reply.status == 303:
        found.files.add(path)
        return ""
    if reply.status != 200:
        found.failed[path] = f"{address} answers {reply.status}"
        return ""
    found.failed.pop(path, None)
    if not media.startswith("text/html") or "<html" not in reply.text:
        found.files.add(path)
        return ""
    found.pages.setdefault(path, (address, account))
    return reply.text


def _place_of(wanted: Mapping[str, Place], address: str) -> str | None:
    """The place of an address: the first that fits, as the portal routes."""
    path = address.partition("?")[0]
    return next((each for each in wanted if _pattern(each).fullmatch(path)), None)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("".join(_pieces(path)))


def _pieces(path: str) -> Iterator[str]:
    end = 0
    for part in _PART.finditer(path):
        yield re.escape(path[end : part.start()])
        yield "[^/]+"
        end = part.end()
    yield re.escape(path[end:])


def _need(place: Place) -> str:
    return place.need.value if isinstance(place.need, Permission | Reach) else str(place.need)

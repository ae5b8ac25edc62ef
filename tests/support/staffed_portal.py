"""A portal over a real home with people in it, and browsers of the simplest kind that fill in its forms."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

from proofbook.people.account import Terms
from proofbook.people.passwords import Cost, Passwords
from proofbook.people.roles import Role
from proofbook.portal.surroundings import PortalSources
from proofbook.primitives.instants import format_instant
from proofbook.wiring.access import operator
from proofbook.wiring.home import Home
from proofbook.wiring.portal import open_sources
from proofbook.wiring.system import CLOCK
from support.form_fields import multipart
from support.sample_portal import Reply, Visitor, running

PASSWORD = "a long sample sentence"
QUICK = Cost(time=1, memory=8, lanes=1)
_FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


@dataclass(slots=True)
class Browser:
    """Keeps its cookie, follows what it is sent on to, and sends forms as a page of ours would have them sent."""

    port: int
    key: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Reply:
        """A page."""
        return self._took(self._visitor().ask(path, headers=headers))

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]], *, page: str) -> Reply:
        """A form of `page`, with the hidden fields it came with."""
        hidden = self.hidden(page)
        body = urlencode({**hidden, **fields}, doseq=True).encode()
        return self._send(path, "application/x-www-form-urlencoded", body)

    def post_file(self, path: str, fields: Mapping[str, str], file: tuple[str, str, bytes], *, page: str) -> Reply:
        """The same with a file: its field, its name, its bytes."""
        field, name, data = file
        return self._send(path, *multipart([*self.hidden(page).items(), *fields.items()], {field: (name, data)}))

    def hidden(self, page: str) -> dict[str, str]:
        """The token of a page's forms."""
        found = {name: unescape(value) for name, value in _FIELD.findall(self.get(page).text)}
        return {"csrf": found.get("csrf", "")}

    def sign_in(self, account: str, password: str = PASSWORD) -> Reply:
        """Through the page."""
        return self.post("/sign-in", {"account": account, "password": password, "next": "/"}, page="/sign-in")

    def _send(self, path: str, media: str, body: bytes) -> Reply:
        headers = {"Content-Type": media, "Origin": f"http://127.0.0.1:{self.port}"}
        return self._took(self._visitor().ask(path, method="POST", headers=headers, body=body))

    def _visitor(self) -> Visitor:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items()) or None
        return Visitor(self.port, self.key, cookie)

    def _took(self, reply: Reply) -> Reply:
        given = reply.headers.get("set-cookie")
        if given is not None:
            name, _, value = given.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return reply


@dataclass(frozen=True, slots=True)
class Staffed:
    """The portal while it runs."""

    port: int
    key: str
    sources: PortalSources

    def browser(self, account: str | None = None) -> Browser:
        """A new browser, signed in where an account is named."""
        made = Browser(self.port, self.key)
        if account is not None:
            assert made.sign_in(account).status == 303
        return made

    def add(self, account: str, *roles: Role, engagement: str | None = None, name: str | None = None) -> str:
        """An account with a password."""
        people, by = self.sources.people, operator()
        assert people is not None
        until = format_instant(CLOCK.now() + timedelta(days=9)) if engagement else None
        terms = Terms(name=name or f"Sample {account}", roles=frozenset(roles), engagement=engagement, until=until)
        people.set_account(account, terms, by=by, because="sample", expected=None)
        people.use_link(people.make_link(account, "invitation", by).path.rpartition("/")[2], PASSWORD)
        return account


@contextmanager
def staffed(home: Home, *, administrator: bool = True) -> Iterator[Staffed]:
    """The portal of a home, with an administrator `admin` unless there shall be nobody yet."""
    with open_sources(home, passwords=Passwords(os.urandom, QUICK)) as sources:
        if administrator:
            assert sources.people is not None
            sources.people.accounts.set_first("admin", "Sample Administrator", PASSWORD)
        with running(sources, inside=False) as visitor:
            yield Staffed(visitor.port, visitor.key, sources)

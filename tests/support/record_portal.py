"""A home with people, served with its real door, vault and drafts; visitors with roles who send forms as browsers do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from proofbook.people.roles import Role
from proofbook.portal.posting import make_token
from proofbook.readmodel.documents import DocumentVersion
from proofbook.wiring.filing import open_documents
from proofbook.wiring.home import Home
from proofbook.wiring.portal import open_sources
from support.form_fields import multipart, sent_fields
from support.home_builder import make_home
from support.sample_accounts import SampleAccounts, sample_visitor
from support.sample_portal import Reply, Visitor, running

WRITER, OTHER, REVIEWER, READER = "sample.writer", "sample.other", "sample.reviewer", "sample.administrator"
_ROLES: Mapping[str, tuple[Role, ...]] = {
    WRITER: (Role.LEAD,),
    OTHER: (Role.PREPARER,),
    REVIEWER: (Role.REVIEWER,),
    READER: (Role.ADMINISTRATOR,),
}


@dataclass(frozen=True, slots=True)
class Somebody:
    """A visitor with a role."""

    account: str
    cookie: str
    visitor: Visitor

    def get(self, path: str) -> Reply:
        """Look at a page."""
        return self.visitor.ask(path)

    def post(self, path: str, fields: Sequence[tuple[str, str]], files: Mapping[str, tuple[str, bytes]] | None = None) -> Reply:
        """Send a form with the token of this session; with files as parts."""
        port = self.visitor.port
        sent = [("csrf", make_token(self.cookie)), *((name, value) for name, value in fields if name != "csrf")]
        media, body = ("application/x-www-form-urlencoded", urlencode(sent).encode()) if files is None else multipart(sent, files)
        headers = {"Content-Type": media, "Origin": f"http://127.0.0.1:{port}"}
        return self.visitor.ask(path, method="POST", headers=headers, body=body)

    def fill(self, path: str, do: str = "check", **changes: str) -> Reply:
        """Load the form at a path, change fields (`r.title` as `r_title`) and press a button of it."""
        return self.send(self.get(path).text, path.partition("?")[0], do, **changes)

    def send(self, html: str, action: str, do: str, **changes: str) -> Reply:
        """Press a button of a form that was shown."""
        wanted = {
            name.replace("__", ":").replace("_", ".", 1) if name.startswith("r_") else name: value
            for name, value in changes.items()
        }
        fields = [(name, wanted.pop(name, value)) for name, value in sent_fields(html, action)]
        return self.post(action, [*fields, *wanted.items(), ("do", do)])


@dataclass(frozen=True, slots=True)
class RecordPortal:
    """A served home."""

    home: Home
    people: Mapping[str, Somebody]

    def newest(self, kind: str, record_id: str) -> DocumentVersion | None:
        """What the book holds of a record."""
        with open_documents(self.home) as documents:
            return documents.current(kind, record_id)

    def history(self, kind: str, record_id: str) -> tuple[DocumentVersion, ...]:
        """Every version."""
        with open_documents(self.home) as documents:
            return documents.history(kind, record_id)


@contextmanager
def serving(folder: Path, zone: str | None = None) -> Iterator[RecordPortal]:
    """A new home, served to one visitor of each role that matters here; `zone`: that of its settings."""
    home = make_home(folder)
    cookies = {account: secrets.token_hex(16) for account in _ROLES}
    accounts = SampleAccounts(
        sessions={cookies[account]: sample_visitor(*roles, account=account) for account, roles in _ROLES.items()}
    )
    with open_sources(home) as sources, running(replace(sources, accounts=accounts, zone=zone), inside=False) as outside:
        yield RecordPortal(
            home,
            {
                account: Somebody(account, cookie, replace(outside, cookie=f"proofbook_{outside.port}={cookie}"))
                for account, cookie in cookies.items()
            },
        )

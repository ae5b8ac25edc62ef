"""Files that belong to a record: sealed with it, named by their hash in its next version.

Promises: the book holds name, hash and length, never the bytes; they are sealed under a key that is the record's own and leave
only as a file to save, held to its hash. Names of files are text: they lose what looks like a path, and what nobody sees.
Hostile input: at most what a form may hold; a file is never unpacked, looked into or shown.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from hashlib import sha256
from typing import Final

from pydantic import Field

from proofbook.errors import ConflictError, InputError, LimitExceeded
from proofbook.filing.values import read_values
from proofbook.filing.yaml_writing import is_unseen
from proofbook.journal.receipt import Content, Submission
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.posting import MAX_UPLOAD_BYTES
from proofbook.portal.staff.records.filing_act import NewerVersion, propose, writable
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import heads
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.head_rows import FILED, SLOT
from proofbook.records.envelope import Assurance, Draft

RETENTION: Final = "records"
"""A retention class apart: files of records are in no retention run of exchanges."""
SOURCE: Final = "desk:records"
WHERE: Final = "sealed with this record"
MAX_NAME: Final = 120
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


class AttachOrder(Order):
    """A file to be kept with a record."""

    kind: str = Field(description="kind of the record")
    id: str = Field(description="its id")
    base: str = Field(description="entry of the version the file is added to")
    name: str = Field(max_length=1_000, description="file name")
    content: str = Field(description="its bytes, in base64", json_schema_extra={"contentEncoding": "base64"})
    because: str = Field(min_length=1, max_length=4_000, description="why it belongs to the record")


def clean_name(name: str) -> str:
    """A file name without what looks like a path and without characters nobody sees."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join("_" if is_unseen(char) or "\ud800" <= char <= "\udfff" or char in "\r\n" else char for char in last).strip(
        " ."
    )
    return seen[:MAX_NAME] or "file"


def saved_name(name: str) -> str:
    """The name under which a file is saved: plain letters, digits, dots, hyphens."""
    plain = _UNSAFE.sub("_", clean_name(name)).strip("._-")
    return plain[-MAX_NAME:] or "file"


def attach(desk: Desk, order: AttachOrder) -> Done:
    """Seal a file and write the version that names it. Raises InputError, ConflictError, what filing raises."""
    return attach_bytes(desk, order.kind, order.id, order.base, order.name, read_content(order.content), order.because)


def read_content(text: str) -> bytes:
    """Bytes of their base64; strictly, so that nothing else than what was meant is sealed. Raises InputError."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(
            "content: is not base64", hint="encode the bytes of the file with the standard alphabet, padded"
        ) from error


def attach_bytes(desk: Desk, kind: str, record_id: str, base: str, name: str, content: bytes, because: str) -> Done:
    """As `attach`, of bytes as they were sent."""
    writable(kind)
    newest = Documents(desk.reader).current(kind, record_id)
    if newest is None or newest.entry != base:
        raise NewerVersion(newest)
    _check_size(content)
    digest, called = sha256(content).hexdigest(), clean_name(name)
    listed = list(newest.body.get("attachments") or [])
    if any(each.get("sha256") == digest for each in listed):
        raise ConflictError(f"a file of these bytes is attached already: {called}", hint="nothing needs to be done")
    attachment: dict[str, str | int] = {"name": called, "sha256": digest, "bytes": len(content), "where": WHERE}
    record = {**newest.body, "attachments": [*listed, attachment], "because": because}
    plan, _ = propose(desk, read_values(kind, record_id, record), base)
    if not any(each.sha256 == digest for each in heads.files_of(desk.reader, kind, record_id)):
        desk.writing.record([_sealed(desk, kind, record_id, attachment, content)])
    receipts = desk.writing.file(plan, actor=desk.known.actor)
    said = f"{called} is sealed with this record, and version {newest.version + 1} names it by its hash."
    return Done(f"/records/{kind}/{record_id}", said, f"{kind}/{record_id}", receipts, {"sha256": digest, "bytes": len(content)})


def conversation_of(kind: str, record_id: str) -> str:
    """What the files of a record are sealed under, and erased with."""
    return f"records/{kind}/{record_id}"


def _sealed(desk: Desk, kind: str, record_id: str, attachment: dict[str, str | int], content: bytes) -> Submission:
    conversation = conversation_of(kind, record_id)
    body = {
        "of_kind": kind,
        "of_id": record_id,
        **{name: attachment[name] for name in ("name", "sha256", "bytes")},
        "conversation": conversation,
    }
    now = format_instant(desk.now)
    draft = Draft(FILED, f"{kind}/{record_id}", now, desk.known.actor, SOURCE, Assurance.MANUAL, body)
    return Submission(draft, (Content(SLOT, content, conversation, RETENTION),))


def _check_size(content: bytes) -> None:
    if not content:
        raise InputError("the file is empty", hint="choose a file that holds something")
    if len(content) > MAX_UPLOAD_BYTES:
        raise LimitExceeded(
            f"{len(content):,} bytes were sent, the cap is {MAX_UPLOAD_BYTES:,}", hint="keep it elsewhere and name its hash"
        )


ATTACH_TO_RECORD: Final = Act("record.attach", "Keep a file with a record", Permission.PREPARE, AttachOrder, attach)

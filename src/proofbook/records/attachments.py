"""A file that was sealed with a kept record: the book holds its name, hash and length, the vault its bytes.

The record's own list of attachments names it by the same hash; that version is another entry.
"""

from __future__ import annotations

from pydantic import Field

from proofbook.records.exchange import Commitment, Document
from proofbook.records.record import Count, Sha256, Text


class RecordAttached(Document):
    """Body of `record.attached`: a file was sealed with a record."""

    of_kind: Text = Field(description="kind of the record")
    of_id: Text = Field(description="its id")
    name: Text = Field(description="file name, as its sender gave it")
    sha256: Sha256 = Field(description="hex SHA-256 of its bytes")
    bytes: Count = Field(description="its length")
    conversation: str = Field(description="what it is erased with: everything sealed with that record")
    content: dict[str, Commitment] = Field(description="commitment to its bytes, in the slot `file`")

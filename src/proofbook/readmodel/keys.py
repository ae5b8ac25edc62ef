"""Questions about access keys: the key ring as the book has it."""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.readmodel.connection import Reader


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key with whom it is bound to, and whether it was revoked. `secret_sha256` is all that is kept of its secret."""

    key: str
    principal: str
    principal_kind: str
    system: str
    secret_sha256: str
    expires: str | None
    note: str
    issued_index: int
    issued: str
    issued_by: str
    revoked_index: int | None
    revoked: str | None
    revoked_reason: str | None

    def is_valid_at(self, instant: str) -> bool:
        """Whether the key was issued, not revoked and not expired at an instant."""
        ended = tuple(each for each in (self.revoked, self.expires) if each is not None)
        return self.issued <= instant and all(instant < each for each in ended)


def every(reader: Reader) -> tuple[AccessKey, ...]:
    """Every key ever issued, in order of issue."""
    return tuple(AccessKey(*row) for row in reader.rows("access_keys"))

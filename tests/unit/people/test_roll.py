"""The roll: what entries say, in their order, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from proofbook.errors import EntryDamaged
from proofbook.people.roll import KINDS, Proofs, Roll, read_on
from proofbook.records.envelope import Actor, ActorKind, Assurance, Entry
from support.body_examples import EXAMPLES

AT = "2026-03-02T09:00:00.000000Z"


def entry(kind: str, number: int = 1, **changed: Any) -> Entry:
    """A sample entry of a kind, with some of its body changed."""
    actor = Actor("os:sample", ActorKind.PERSON, "local_account")
    body = {**EXAMPLES[kind], **changed}
    return Entry(f"e_{number}", kind, 1, "sample", AT, AT, actor, "cli", number, Assurance.MANUAL, None, body)


def test_reading_on_is_reading_all() -> None:
    """A portal that follows and one that starts must come to the same roll, wherever the book is cut."""
    told = [
        entry("account.set", 1),
        entry("account.credential", 2),
        entry("account.credential", 3, what="password_set", link=None, purpose=None, expires=None),
        entry("account.set", 4, roles=["preparer"]),
        entry("token.issued", 5),
        entry("token.revoked", 6),
        entry("session.opened", 7),
    ]
    whole = read_on(Roll(), enumerate(told))
    assert whole.accounts["sample.lead"].terms.roles == {"preparer"}
    assert whole.accounts["sample.lead"].index == 3
    assert whole.proofs_of("sample.lead") == Proofs(password="e_3")
    assert whole.tokens["0011aabb"].revoked == AT
    for cut in range(len(told)):
        assert read_on(read_on(Roll(), enumerate(told[:cut])), enumerate(told[cut:], cut)) == whole


def test_a_token_is_issued_once_and_what_nobody_issued_is_not_revoked() -> None:
    """A second issue under the same id must not bring a revoked token back."""
    told = [entry("token.revoked"), entry("token.issued"), entry("token.revoked"), entry("token.issued", holder="other")]
    (token,) = read_on(Roll(), enumerate(told)).tokens.values()
    assert (token.holder, token.revoked) == ("sample-pipeline", AT)


def test_nobody_has_no_proofs() -> None:
    """An account nobody made is asked for like any other."""
    assert Roll().proofs_of("sample.nobody") == Proofs()
    assert Roll().by_provider("https://id.sample.example", "7") is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_without_its_form_is_damage(kind: str) -> None:
    """A book in which an account cannot be read must not be read as if it were not there."""
    broken = replace(entry(kind), body={})
    with pytest.raises(EntryDamaged, match="entry 9"):
        read_on(Roll(), [(9, broken)])

"""Ending a session of one's own, for pages and programs alike. Nobody else's sessions are reached here."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from proofbook.people.recording import gather_receipts
from proofbook.people.sessions import Session
from proofbook.portal.acts import Act, Done, NotThere, Order
from proofbook.portal.places import Reach
from proofbook.portal.surroundings import Desk


class EndSession(Order):
    """A session of one's own that is to end."""

    session: str = Field(max_length=80, description="its public id")


def own_sessions(desk: Desk) -> tuple[Session, ...]:
    """Sessions of the visitor's account, the newest first; none of somebody who has no account."""
    people, visitor = desk.sources.people, desk.known
    return () if people is None or visitor.account not in people.roll.accounts else people.sessions(visitor.account)


def end_own_session(desk: Desk, order: EndSession) -> Done:
    """End it. Raises NotThere for one that is not one's own, or is over."""
    people, visitor = desk.sources.people, desk.known
    if people is None or order.session not in {each.id for each in own_sessions(desk)}:
        raise NotThere("this session is not one of yours, or is over", hint="look at the list again")
    with gather_receipts() as receipts:
        people.end_session(order.session, visitor.actor)
    return Done("/account", "That session has ended.", order.session, tuple(receipts))


END_OWN_SESSION: Final = Act(
    "me.end_session", "End a session of the token's holder", Reach.SIGNED_IN, EndSession, end_own_session
)

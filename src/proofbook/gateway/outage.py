"""An interval in which the store could not be written, and what must be said about it afterwards.

Promises: lost ends are all kept, since there are no more of them than exchanges were under way; refusals and, of systems that
fail open, exchanges that were served meanwhile are kept up to a bound and counted beyond it. What is kept is recorded late, with
the instants at which it happened. Does not: survive the process; the next start then states an unclean stop.
"""

from __future__ import annotations

from typing import Final

from proofbook.gateway.drafts import process_actor
from proofbook.journal.receipt import Submission
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import SourceGap

KEPT_REFUSALS: Final = 1000
"""Callers without a key must not be able to crowd out what else is to be said."""
KEPT_BYTES: Final = 64 * 1024 * 1024
"""Content of exchanges that were served unrecorded and is held until it can be sealed."""
_DRAFT_BYTES: Final = 2048
"""What an entry without its content takes, roughly."""


class Outage:
    """One outage of one source's store."""

    def __init__(self, since: str) -> None:
        self.since = since
        self.kept: list[Submission] = []
        """Refusals and lost ends, in order."""
        self.late: list[Submission] = []
        """Requests and responses of exchanges that were served without a record, in order."""
        self._refusals = 0
        self._dropped = 0
        self._late_exchanges: set[str] = set()
        self._unrecorded: set[str] = set()
        self._bytes = 0

    def keep_end(self, submission: Submission) -> None:
        """An end that could not be recorded."""
        self.kept.append(submission)

    def keep_refusal(self, submission: Submission) -> None:
        """A refusal that could not be recorded."""
        if self._refusals < KEPT_REFUSALS:
            self._refusals += 1
            self.kept.append(submission)
        else:
            self._dropped += 1

    def keep_served(self, submission: Submission) -> None:
        """A request or response of an exchange that went on without its record."""
        exchange = submission.draft.subject
        size = _DRAFT_BYTES + sum(len(content.data) for content in submission.contents)
        if exchange in self._unrecorded or self._bytes + size > KEPT_BYTES:
            self._unrecorded.add(exchange)
            self._late_exchanges.discard(exchange)
            return
        self._bytes += size
        self._late_exchanges.add(exchange)
        self.late.append(submission)

    def recorded_after_all(self, submission: Submission) -> bool:
        """The store had it and recorded it late; whether that settles it. Otherwise it is a request that was not served."""
        kind, exchange = submission.draft.kind, submission.draft.subject
        if any(each is submission for each in self.late):
            self.late = [each for each in self.late if each is not submission]
            return True
        if kind == "exchange.request" and exchange in self._unrecorded:
            return True  # it was served, and there was no room for it here; its end is recorded by itself, or counted
        self.kept = [each for each in self.kept if (each.draft.kind, each.draft.subject) != ("exchange.refused", exchange)]
        return kind != "exchange.request"

    def reopen(self, earlier: Outage) -> None:
        """The store failed again before `earlier` could be stated: this is one outage."""
        self.since = earlier.since
        self._refusals += earlier._refusals
        self._dropped += earlier._dropped
        self._bytes += earlier._bytes
        self._late_exchanges |= earlier._late_exchanges
        self._unrecorded |= earlier._unrecorded
        self.kept[:0] = earlier.kept
        self.late[:0] = earlier.late

    def close(self, source: str, until: str) -> Submission:
        """The gap record."""
        follow = f"{len(self.kept)} refusals and lost ends follow, {self._dropped} more refusals were only counted"
        if self._late_exchanges or self._unrecorded:
            late, lost = len(self._late_exchanges), len(self._unrecorded)
            follow += f"; {late} exchanges were served and are recorded late, {lost} were served and are not, or not whole"
        return draft_gap(
            source,
            self.since,
            until,
            f"the store could not be written; {follow}",
            served_late=len(self._late_exchanges),
            served_unrecorded=len(self._unrecorded),
        )


def draft_gap(
    source: str, since: str, until: str, detail: str, *, served_late: int | None, served_unrecorded: int | None
) -> Submission:
    """A `source.gap` for an unavailable store."""
    gap = SourceGap.model_validate(
        {
            "from": since,
            "until": until,
            "reason": "store_unavailable",
            "detail": detail,
            "served_late": served_late,
            "served_unrecorded": served_unrecorded,
        }
    )
    return Submission(Draft("source.gap", source, until, process_actor(source), source, Assurance.INLINE, gap.to_body()))

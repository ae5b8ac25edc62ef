"""Reading bodies for their facts, wherever that takes place: on the event loop or in a thread.

Promises: reading never raises, so that no exchange waits for ever for what a reader of ours did not foresee. A request that
cannot be read is refused; a reply that cannot be read was passed to its client all the same, and its record says that nothing is
known of how it ended. What a body holds is in no log.
"""

from __future__ import annotations

from typing import Final

import structlog

from proofbook.errors import MalformedRecord
from proofbook.gateway.refusal import GATEWAY_FULL, Refusal, malformed
from proofbook.gateway.wire.dialect import Dialect
from proofbook.gateway.wire.facts import Fingerprint, ReplyFacts, RequestFacts, bare_request

LOG = structlog.get_logger(__name__)
REQUEST_UNREAD: Final = "gateway.request_unread"
REPLY_UNREAD: Final = "gateway.reply_unread"

UNREADABLE: Final = malformed("The request body could not be read here, so it was not forwarded. Tell the owner of this gateway.")
UNREAD: Final = ReplyFacts(unread=True)


def read_request(body: bytes, dialect: Dialect, fingerprint: Fingerprint) -> RequestFacts | Refusal:
    """The facts of a body; `fingerprint` is keyed and is applied to the system prompt."""
    if dialect.read_request is None:
        return bare_request(dialect.protocol)
    try:
        return dialect.read_request(body, fingerprint)
    except MalformedRecord as error:
        return malformed(error.message)
    except MemoryError:  # an exchange that nobody refuses would wait for ever
        return GATEWAY_FULL
    except Exception as error:  # noqa: BLE001 - the same: what a reader of ours did not foresee must not hang a client
        LOG.error(REQUEST_UNREAD, protocol=dialect.protocol, error=type(error).__name__)  # noqa: TRY400 - no trace with content
        return UNREADABLE


def read_reply(dialect: Dialect, body: bytes, *, streamed: bool) -> ReplyFacts:
    """The facts of a captured reply; `UNREAD` when reading fails."""
    try:
        return dialect.read_reply(body, streamed=streamed)
    except Exception as error:  # noqa: BLE001 - its client waits for the end of what is on record
        LOG.error(REPLY_UNREAD, protocol=dialect.protocol, error=type(error).__name__)  # noqa: TRY400 - no trace with content
        return UNREAD

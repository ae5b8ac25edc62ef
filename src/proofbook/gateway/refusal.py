"""Why the gateway itself answers instead of the engine: one value per answer, its status and a sentence for the caller.

The sentence goes to the caller and into the record, so it never holds content, a key, or anything the caller sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from proofbook.records.exchange import RefusalReason


@dataclass(frozen=True, slots=True)
class Refusal:
    """The gateway will not serve this. `status` is the HTTP answer, `detail` a sentence saying what would help."""

    reason: RefusalReason
    status: int
    detail: str
    retry_after: int | None = None
    """Seconds after which the same call may be served, told as `Retry-After`; None when waiting alone does not help."""


KEY_MISSING = Refusal(
    RefusalReason.KEY_MISSING, 401, "No API key was sent. Send yours as 'Authorization: Bearer pbk_...' or 'x-api-key: pbk_...'."
)
KEY_UNKNOWN = Refusal(RefusalReason.KEY_UNKNOWN, 401, "The API key is not known here. Ask the owner of this gateway for a key.")
KEY_AMBIGUOUS = Refusal(
    RefusalReason.KEY_AMBIGUOUS,
    401,
    "Two different API keys were sent. Send one, as 'Authorization: Bearer pbk_...' or as 'x-api-key: pbk_...'.",
)
KEY_REVOKED = Refusal(RefusalReason.KEY_REVOKED, 403, "The API key was revoked. Ask the owner of this gateway for a new key.")
KEY_EXPIRED = Refusal(RefusalReason.KEY_EXPIRED, 403, "The API key has expired. Ask the owner of this gateway for a new key.")
STORE_UNAVAILABLE = Refusal(
    RefusalReason.STORE_UNAVAILABLE,
    503,
    "The record store cannot be written, so nothing is served until it can. Try again later.",
)
UPSTREAM_NOT_CONFIGURED = Refusal(
    RefusalReason.UPSTREAM_NOT_CONFIGURED, 503, "The system this key belongs to has no engine configured here."
)
UPSTREAM_UNAVAILABLE = Refusal(
    RefusalReason.UPSTREAM_UNAVAILABLE,
    503,
    "No engine of this system can be reached now, so nothing was forwarded. Try later.",
)
MODEL_NOT_SERVED = Refusal(
    RefusalReason.UPSTREAM_NOT_CONFIGURED, 404, "No engine of this system is set to serve the model that was asked for."
)
GATEWAY_FULL = Refusal(
    RefusalReason.GATEWAY_FULL, 503, "The gateway holds as many request bytes as it may. Try again when others are done."
)


def path_not_served(served: Iterable[tuple[str, str]]) -> Refusal:
    """The path, or the method with it, is not served; `served` are the methods and paths that are."""
    listed = ", ".join(f"{method} {path}" for method, path in served)
    return Refusal(RefusalReason.PATH_NOT_SERVED, 404, f"This path is not served. Served: {listed}.")


def malformed(detail: str, *, status: int = 400) -> Refusal:
    """The request cannot be read; `detail` is a whole sentence saying why."""
    return Refusal(RefusalReason.MALFORMED_REQUEST, status, detail)


def too_large(detail: str, *, status: int = 413) -> Refusal:
    """The request is beyond a limit; `detail` is a whole sentence naming it."""
    return Refusal(RefusalReason.REQUEST_TOO_LARGE, status, detail)

"""The whole error tree on one screen, branched by who must act.

    ProofbookError                  message for the operator, optional hint, stable code
    ├── ConfigurationError          our operator must fix it                     exit 2
    ├── InputError                  outside bytes or requests are malformed      exit 3   HTTP 400
    │   ├── MalformedRecord         a record or entry
    │   ├── MalformedBundle         a file of an evidence room, a note, a proof, a tile
    │   ├── MalformedModelFile      a model file or model store
    │   └── LimitExceeded           larger than a stated cap
    ├── RefusedError                understood and not allowed                   exit 4   HTTP 403
    ├── ConflictError               lost a compare-and-swap                      exit 4   HTTP 409
    ├── IntegrityError              evidence does not check out                  exit 5   never retried, never swallowed
    │   ├── SignatureInvalid
    │   ├── ProofInvalid
    │   ├── DigestMismatch
    │   ├── EntryDamaged            an entry, tile or head that does not re-derive
    │   └── HistoryDiverged         two heads for one log
    ├── UnavailableError            may succeed later                            exit 6   HTTP 503
    │   ├── StoreUnavailable        book or vault cannot be written or read
    │   ├── UpstreamUnavailable     an engine
    │   └── SourceUnavailable       something a collector reads
    └── HaltError                   state unknown: stop the process              exit 70

A leaked ValueError, KeyError or struct.error from hostile input is a bug. A wrong order of calls inside our own code
is a RuntimeError and is not caught.
"""

from __future__ import annotations


class ProofbookError(Exception):
    """Root of all errors raised on purpose. `hint` says what fixes it; it is printed on a line of its own."""

    exit_code = 1
    http_status = 500
    code = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message} ({self.hint})"


class ConfigurationError(ProofbookError):
    """The operator's configuration, key or home folder is wrong."""

    exit_code = 2
    code = "configuration"


class InputError(ProofbookError):
    """Bytes or a request from outside are malformed."""

    exit_code = 3
    http_status = 400
    code = "input"


class MalformedRecord(InputError):
    """A record, entry or canonical document does not have its form."""

    code = "malformed_record"


class MalformedBundle(InputError):
    """A note, proof, tile or file of an evidence room does not have its form."""

    code = "malformed_bundle"


class MalformedModelFile(InputError):
    """A model file or a model store does not have its form."""

    code = "malformed_model_file"


class LimitExceeded(InputError):
    """Something is larger than a stated cap."""

    http_status = 413
    code = "limit_exceeded"


class RefusedError(ProofbookError):
    """Understood and not allowed."""

    exit_code = 4
    http_status = 403
    code = "refused"


class ConflictError(ProofbookError):
    """Lost a compare-and-swap; the caller must look again."""

    exit_code = 4
    http_status = 409
    code = "conflict"


class IntegrityError(ProofbookError):
    """Evidence does not check out. `place` names where, as precisely as is known."""

    exit_code = 5
    code = "integrity"

    def __init__(self, message: str, *, hint: str | None = None, place: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.place = place


class SignatureInvalid(IntegrityError):
    """A signature by a known key does not verify, or no known key signed."""

    code = "signature_invalid"


class ProofInvalid(IntegrityError):
    """An inclusion or consistency proof does not lead to the expected root."""

    code = "proof_invalid"


class DigestMismatch(IntegrityError):
    """Bytes do not have the digest that was stated for them."""

    code = "digest_mismatch"


class EntryDamaged(IntegrityError):
    """An entry, tile or head does not re-derive from what lies beneath it."""

    code = "entry_damaged"


class HistoryDiverged(IntegrityError):
    """Two different histories claim to be the same log."""

    code = "history_diverged"


class UnavailableError(ProofbookError):
    """May succeed later."""

    exit_code = 6
    http_status = 503
    code = "unavailable"


class StoreUnavailable(UnavailableError):
    """The book or the vault cannot be written or read right now."""

    code = "store_unavailable"


class UpstreamUnavailable(UnavailableError):
    """An engine cannot be reached."""

    http_status = 502
    code = "upstream_unavailable"


class SourceUnavailable(UnavailableError):
    """Something a collector reads cannot be reached."""

    code = "source_unavailable"


class HaltError(ProofbookError):
    """State unknown: stop the process rather than go on."""

    exit_code = 70
    code = "halt"

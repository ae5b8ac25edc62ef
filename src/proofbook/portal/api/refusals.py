"""Why a program is not given what it asked for, where HTTP has a word of its own for it. The rest is the error tree's."""

from __future__ import annotations

from collections.abc import Mapping

from proofbook.errors import InputError, ProofbookError, RefusedError


class NotKnown(RefusedError):
    """No token, or one that opens nothing."""

    http_status = 401
    code = "not_known"


class NotAdmitted(RefusedError):
    """The token does not carry the permission."""

    code = "not_admitted"


class WrongMethod(InputError):
    """The address does not answer this method. `allow`: those it answers."""

    http_status = 405
    code = "wrong_method"

    def __init__(self, allow: str) -> None:
        super().__init__("this address does not answer that method", hint=f"it answers {allow}")
        self.allow = allow


class NotAcceptable(InputError):
    """No form of the answer is one that the program accepts."""

    http_status = 406
    code = "not_acceptable"


class Stale(InputError):
    """What was to be replaced is not what stands there any more (RFC 9110, 13.1.1)."""

    http_status = 412
    code = "stale"


class WrongMedia(InputError):
    """What was sent is not JSON."""

    http_status = 415
    code = "wrong_media"


class TooMany(ProofbookError):
    """More requests than a token may make in a minute. `seconds`: when the next one is answered."""

    http_status = 429
    code = "too_many"

    def __init__(self, seconds: int) -> None:
        super().__init__("this token asks too often", hint=f"ask again in {seconds} seconds")
        self.seconds = seconds


class Misdirected(InputError):
    """Another host name than one of this portal's."""

    http_status = 421
    code = "misdirected"


STATUS_WORDS: Mapping[int, str] = {
    400: "Malformed request",
    401: "A token is needed",
    403: "Not allowed",
    404: "Not there",
    405: "Wrong method",
    406: "Not acceptable",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Not JSON",
    421: "Another host",
    422: "Fields that cannot be taken",
    429: "Too many requests",
    500: "It could not be done",
    502: "An engine does not answer",
    503: "Unavailable at the moment",
}
"""Status -> the title of its problems."""

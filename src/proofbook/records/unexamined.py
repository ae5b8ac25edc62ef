"""Why content was not looked through: apart from the documents, because the process that looks needs no more of them."""

from __future__ import annotations

from enum import StrEnum


class NotExaminedReason(StrEnum):
    """Why content was not examined for sensitive data."""

    NOT_TEXT = "not_text"
    """Images, sound, files, token numbers and vectors."""
    UNDECODABLE = "undecodable"
    """Bytes that are no text, or an event that broke off."""
    TOO_LARGE = "too_large"
    """Beyond the bytes of one side that are examined."""
    TOO_MANY_CANDIDATES = "too_many_candidates"
    """More candidates of a class than are checked in one text."""
    QUEUE_FULL = "queue_full"
    """The classifier was behind, and its queue was full."""
    CLASSIFIER_FAILED = "classifier_failed"
    """The classifier's process ended or did not answer."""
    STOPPED = "stopped"
    """The gateway stopped before it was examined."""
    NOT_KEPT = "not_kept"
    """The content is not in the vault any more."""

"""The index as a PDF, by Typst where that is installed; how, says `artifacts.typesetting`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from proofbook.artifacts.typesetting import is_available, typeset

__all__ = ["is_available", "render_document"]


def render_document(page: Mapping[str, Any], signed_at: datetime) -> bytes:
    """`index.pdf`. `signed_at` is the document's date. Raises UnavailableError when Typst is missing or refuses."""
    return typeset("proofbook.export", "index.typ", page, signed_at)

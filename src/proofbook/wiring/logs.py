"""Structured logs of our own processes: one JSON line an event on standard error, never with prompt or completion content."""

from __future__ import annotations

import sys

import structlog


def start_logging() -> None:
    """Send events as JSON lines to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )

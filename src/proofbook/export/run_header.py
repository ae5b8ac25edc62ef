"""The run header: who made this room, when, how, with what; the one document that differs between two exports.

Promises: canonical JSON and a newline; signed by the log key next to the manifest. Times are of the injected clock.
"""

from __future__ import annotations

import platform
from datetime import datetime

from proofbook import __version__
from proofbook.export.engagement import RunBy
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from proofbook.primitives.instants import format_instant


def format_run(run: RunBy, started: datetime, ended: datetime, witnessed: list[JsonValue]) -> bytes:
    """`run.json`. `witnessed`: cosigned checkpoints known by now, each with the proof that it extends the room's."""
    return (
        canonical_bytes(
            {
                "exported_at": format_instant(ended),
                "run_by": run.run_by,
                "auth": run.auth,
                "trigger": run.trigger,
                "started": format_instant(started),
                "ended": format_instant(ended),
                "tool": {"name": "proofbook", "version": __version__, "python": platform.python_version()},
                "host": run.host,
                "clock": {"source": run.clock_source, "offset_ms": run.clock_offset_ms},
                "previous_room": run.previous_room,
                "config": run.config,
                "witnessed": witnessed,
            }
        )
        + b"\n"
    )

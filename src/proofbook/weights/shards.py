"""Names of files that belong to one split set: `stem-00001-of-00003.gguf` (or safetensors, bin).

Promises: membership is read off the published naming scheme only; nothing is opened.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

MAX_SHARDS = 4096
_SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<end>\.(?:safetensors|gguf|bin))\Z", re.DOTALL)


def shard_position(name: str) -> tuple[str, int, int] | None:
    """(stem, number, count) of a file of a set; None for any other name."""
    match = _SHARD.fullmatch(PurePosixPath(name).name)
    return None if match is None else (match["stem"], int(match["number"]), int(match["count"]))


def shard_set(path: Path) -> tuple[Path, ...]:
    """All files of the set that `path` belongs to, in order, whether they exist or not; `path` alone when it is in none."""
    match = _SHARD.fullmatch(path.name)
    if match is None or not 1 <= int(match["count"]) <= MAX_SHARDS:
        return (path,)
    count = int(match["count"])
    return tuple(path.with_name(f"{match['stem']}-{number:05}-of-{count:05}{match['end']}") for number in range(1, count + 1))

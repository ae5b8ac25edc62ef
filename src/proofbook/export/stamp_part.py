"""The time stamps of a room: each token on record as a file, beside the checkpoint it is about, for `openssl ts -verify`.

Promises: the files are what the entry holds, byte for byte. Does not: check a token, for which it takes the
authority's certificate.
Hostile input: EntryDamaged for an entry that does not have the form of its kind.
"""

from __future__ import annotations

import base64
from typing import Final

from proofbook.bundle.layout import stamp_path
from proofbook.errors import EntryDamaged
from proofbook.export.folder import RoomFolder
from proofbook.export.rows import Placed

STAMPED: Final = "log.timestamped"


def write_stamp(folder: RoomFolder, entry: Placed) -> tuple[str, str]:
    """Writes the stamped checkpoint and its token; their paths."""
    try:
        body = entry.value["body"]
        note, token = body["note"].encode(), base64.b64decode(body["token"], validate=True)
        words = f"{body['size']} entries, stamped {body['time']}"
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        place = f"entry {entry.index}"
        raise EntryDamaged(f"{place} does not have the form of its kind: {type(error).__name__}", place=place) from error
    paths = stamp_path(entry.index, "note"), stamp_path(entry.index, "tsr")
    folder.write(paths[0], f"Time-stamped checkpoint, {words}", note)
    folder.write(paths[1], f"Time stamp (RFC 3161) of {paths[0].rpartition('/')[2]}", token)
    return paths

"""One digest for a set of weight files.

One file: its own SHA-256, so that it is the number printed everywhere else for that file. Several: SHA-256 over the raw digests
in the order of their paths, as the public model-signing format computes a root. Paths decide the order and are
not hashed: a model moved to another folder is the same model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from proofbook.errors import MalformedModelFile
from proofbook.primitives.digest import Digest, digest_of_raw, digest_raw


def set_digest(files: Mapping[str, Digest]) -> Digest:
    """The digest of the set: relative POSIX path -> the file's digest. Raises MalformedModelFile for an empty set."""
    if not files:
        raise MalformedModelFile("a model without weight files has no digest")
    if len(files) == 1:
        return next(iter(files.values()))
    root = hashlib.sha256()
    for path in sorted(files, key=lambda name: name.encode("utf-8", "surrogateescape")):
        root.update(digest_raw(files[path]))
    return digest_of_raw(root.digest())

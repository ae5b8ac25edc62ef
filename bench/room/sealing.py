"""Seals files as a room does: the digest of each, `SHA256SUMS`, the manifest, one signature over both. For `peers.py`.

python sealing.py FOLDER OUT [SUFFIX]
"""

from __future__ import annotations

import sys
from hashlib import file_digest
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proofbook.bundle.manifest import Manifest, RoomFile, format_manifest, format_sums, manifest_text
from proofbook.primitives.instants import parse_period
from proofbook.tlog.note import Ed25519Signer, sign_note


def seal(folder: Path, out: Path, suffix: str) -> int:
    """Manifest, sums and signature of the files below `folder`; how many they are."""
    paths = sorted(each for each in folder.rglob(f"*{suffix}") if each.is_file())
    files = []
    for each in paths:
        with each.open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
        files.append(RoomFile(each.relative_to(folder).as_posix(), each.stat().st_size, digest, "Sample", "sample"))
    period = parse_period("2026-01-01", "2026-12-31", "UTC")
    listed = tuple(each for each in files if not each.path.startswith("00_"))
    manifest = Manifest("sample.example/book", "Sample", "sample", period, 1, "00" * 32, listed, (), (), (), (), 0)
    data, sums = format_manifest(manifest), format_sums(listed)
    out.mkdir(exist_ok=True)
    (out / "manifest.json").write_bytes(data)
    (out / "SHA256SUMS").write_bytes(sums)
    signer = Ed25519Signer("sample.example/book", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
    (out / "manifest.sig").write_bytes(sign_note(manifest_text(manifest, data, sums), [signer]))
    return len(listed)


if __name__ == "__main__":
    print(seal(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else ""))

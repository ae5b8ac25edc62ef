"""Real disks that are really small: a tmpfs that can be filled, an ext4 image that the kernel can be told to find damaged.

Needs the right to mount, which root has (also the root of `unshare -rm`, for the tmpfs). Without it the tests that ask are
skipped with the reason; under CI=true a root that cannot mount is a failure. Everything is unmounted when the block ends.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

TMPFS_SIZE = "24m"
IMAGE_BYTES = 48 << 20
_BLOCK = bytes(64 << 10)


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted disk. `device` is its block device's name, None for a tmpfs."""

    folder: Path
    device: str | None = None

    @property
    def ballast(self) -> Path:
        """The file that fills it."""
        return self.folder / "ballast"

    def fill(self) -> None:
        """Take every free byte."""
        descriptor = os.open(self.ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            size = len(_BLOCK)
            while size:
                try:
                    if os.write(descriptor, _BLOCK[:size]) < size:
                        raise OSError
                except OSError:
                    size //= 2
        finally:
            os.close(descriptor)

    def free(self) -> None:
        """Give it back."""
        self.ballast.unlink()

    def find_damaged(self) -> None:
        """Let the kernel meet an error: from here on everything is read-only, also for files that are open."""
        Path(f"/sys/fs/ext4/{self.device}/trigger_fs_error").write_text("test", "ascii")

    def freeze(self, *files: Path) -> None:
        """Make files immutable, also for who has them open."""
        run("chattr", "+i", *map(str, files))

    def thaw(self, *files: Path) -> None:
        """Make them writable again."""
        run("chattr", "-i", *map(str, files))


@contextmanager
def mounted_tmpfs(folder: Path) -> Iterator[Disk]:
    """A tmpfs of `TMPFS_SIZE` on that folder."""
    folder.mkdir()
    _mount(["-t", "tmpfs", "-o", f"size={TMPFS_SIZE}", "tmpfs", str(folder)])
    try:
        yield Disk(folder)
    finally:
        run("umount", str(folder))


def make_image(path: Path) -> None:
    """An empty ext4 file system in a file."""
    with path.open("wb") as stream:
        stream.truncate(IMAGE_BYTES)
    try:
        run("mkfs.ext4", "-q", "-F", str(path))
    except FileNotFoundError:
        _absent("mkfs.ext4 is not installed")


@contextmanager
def mounted_image(path: Path, folder: Path) -> Iterator[Disk]:
    """The image on that folder, read-only from its first error on."""
    folder.mkdir(exist_ok=True)
    _mount(["-o", "loop,errors=remount-ro", str(path), str(folder)])
    source = run("findmnt", "-n", "-o", "SOURCE", str(folder)).strip()
    try:
        yield Disk(folder, source.removeprefix("/dev/"))
    finally:
        run("umount", str(folder))


def repair(path: Path) -> None:
    """What an operator does next. Raises CalledProcessError when the image cannot be repaired without a decision."""
    done = subprocess.run(["e2fsck", "-p", str(path)], capture_output=True, text=True, check=False)
    if done.returncode > 1:  # 1: errors were corrected
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)


def run(*command: str) -> str:
    """A command's output. Raises CalledProcessError."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _mount(arguments: Sequence[str]) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        _absent(f"nothing can be mounted here (run as root, or inside `unshare -rm`): {done.stderr.strip()}")


def _absent(reason: str) -> None:
    if os.environ.get("CI") == "true" and os.geteuid() == 0:
        pytest.fail(f"required in CI: {reason}", pytrace=False)
    pytest.skip(reason)

"""The shipped drafts: which there are, their bytes, the sections of a policy's text, and a folder of them to edit.

Promises: a draft is never approved and never complete: what only the organisation can know is a blank. Laying drafts down
touches nothing that exists: all of them are written, or none. Nothing is recorded here.
Hostile input: an id is all that comes from outside, and one that names no draft is refused; only package files are read.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml

from proofbook.book.durable import sync_folder, write_durably
from proofbook.errors import ConflictError, InputError, StoreUnavailable

SUFFIX: Final = ".yaml"
_FOLDER_MODE: Final = 0o700


@cache
def starter_ids() -> tuple[str, ...]:
    """Ids of all drafts, in order. The id of a draft is the id of the record in it."""
    return tuple(sorted(each.name.removesuffix(SUFFIX) for each in _shipped().iterdir() if each.name.endswith(SUFFIX)))


def read_draft(draft_id: str) -> bytes:
    """The file of one draft, with its comments. Raises InputError when there is none of that id."""
    if draft_id not in starter_ids():
        raise InputError(f"there is no draft {draft_id[:80]!r}", hint=f"drafts: {', '.join(starter_ids())}")
    return _shipped().joinpath(draft_id + SUFFIX).read_bytes()


@cache
def starter_sections(draft_id: str) -> tuple[tuple[str, str], ...] | None:
    """(heading, text) of each section of a draft as shipped; None when there is no such draft, or it has no sections.

    The field `starter` of a policy reads `ID/VERSION`; ID is what is asked for here.
    """
    if draft_id not in starter_ids():
        return None
    sections = _parsed(draft_id)["record"].get("sections")
    return None if sections is None else tuple((each["heading"], each["text"]) for each in sections)


def write_drafts(folder: Path) -> tuple[Path, ...]:
    """Lay all drafts down as `folder/KIND/ID.yaml`; their paths, in order. They appear at once or not at all.

    Raises:
        ConflictError: there is something in `folder` already. StoreUnavailable: it cannot be written; names the path.
    """
    places = {_parsed(each)["kind"] + "/" + each + SUFFIX: read_draft(each) for each in starter_ids()}
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    try:
        if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
            raise _occupied(folder)
        folder.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        beside.mkdir(mode=_FOLDER_MODE)
        for name, content in places.items():
            path = beside / name
            path.parent.mkdir(exist_ok=True, mode=_FOLDER_MODE)
            write_durably(path, content)
        sync_folder(beside)
        beside.rename(folder)  # refused by the system when something was put there meanwhile
        sync_folder(folder.parent)
    except OSError as error:
        raise StoreUnavailable(f"{folder}: drafts cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return tuple(folder / name for name in sorted(places))


def _shipped() -> Traversable:
    return files(__package__).joinpath("drafts")


@cache
def _parsed(draft_id: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read_draft(draft_id))
    return found


def _occupied(folder: Path) -> ConflictError:
    return ConflictError(f"{folder}: is not empty; drafts are not laid over what is there", hint="move it away first")

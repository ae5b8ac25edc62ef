"""Which files are read: the files and folders a person names, and standard input for `-`.

Promises: folders are taken recursively in the order of their names, files whose names begin with a dot left out; links to files
are followed, links to folders are not, so that no loop exists; sizes and numbers are bounded. Reads, never writes.
Hostile input: mistakes for what cannot be read, is not UTF-8 or is too large.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from proofbook.filing.document import Filed, parse_documents
from proofbook.filing.json_reading import parse_json_documents
from proofbook.filing.marked import Place
from proofbook.filing.mistakes import Mistakes
from proofbook.filing.positions import Positions, find_unreadable
from proofbook.filing.yaml_reading import parse_yaml

SUFFIXES: Final = (".yaml", ".yml", ".json")
MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_TOTAL_BYTES: Final = 256 * 1024 * 1024
MAX_FILES: Final = 50_000
MAX_RECORDS: Final = 20_000
"""Of one run; the whole run is one transaction."""
STANDARD_INPUT: Final = "-"
_STDIN_NAME: Final = "standard input"
_TOLD_CHARACTERS: Final = 3
_BOM: Final = b"\xef\xbb\xbf"
_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")


def read_records(names: Sequence[str], stdin: BinaryIO) -> list[Filed]:
    """All records of the files and folders named.

    Raises:
        FilingMistakes: with everything that is wrong in any of them.
    """
    mistakes, found, total = Mistakes(), list[Filed](), 0
    for files, name in enumerate(find_files(names, mistakes), start=1):
        data = _read(name, stdin, mistakes)
        total += len(data or b"")
        if total > MAX_TOTAL_BYTES or files > MAX_FILES:
            limit = f"{MAX_FILES} files" if files > MAX_FILES else f"{MAX_TOTAL_BYTES} bytes"
            mistakes.add(Place(name, 1, 1), "", f"is more than one run takes ({limit})", "apply the folders one by one")
            break
        if data is not None:
            found.extend(parse_file(data, _shown(name), mistakes))
    if not mistakes.total:
        _check_found(found, names, mistakes)
    mistakes.raise_mistakes()
    return found


def parse_file(data: bytes, file: str, mistakes: Mistakes) -> list[Filed]:
    """The records of one file's bytes. What is wrong goes to `mistakes`."""
    text = _decode(data, file, mistakes)
    if text is None:
        return []
    before = mistakes.total
    is_json = file.endswith(".json") or (file == _STDIN_NAME and text.lstrip()[:1] in ("{", "["))
    parse = parse_json_documents if is_json else parse_yaml
    found = parse_documents(parse(text, file, mistakes), mistakes)
    if not found and mistakes.total == before:
        mistakes.add(Place(file, 1, 1), "", "holds no record", "write one, or remove the file")
    return found


def find_files(names: Iterable[str], mistakes: Mistakes) -> Iterator[str]:
    """Names of files, folders opened up. What is not there goes to `mistakes`."""
    for name in names:
        if name == STANDARD_INPUT or Path(name).is_file():
            yield name
        elif Path(name).is_dir():
            yield from _walk(name, mistakes)
        else:
            mistakes.add(Place(name, 1, 1), "", "is not there", "name a file or a folder that exists")


def _walk(folder: str, mistakes: Mistakes) -> Iterator[str]:
    def tell(error: OSError) -> None:
        told = f"cannot be looked into: {error.strerror}"
        mistakes.add(Place(str(error.filename), 1, 1), "", told, "let this user read it")

    for parent, folders, files in os.walk(folder, onerror=tell):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        yield from (
            os.path.join(parent, each)  # noqa: PTH118 - keeps the name as it was given
            for each in sorted(files)
            if each.endswith(SUFFIXES) and not each.startswith(".")
        )


def _read(name: str, stdin: BinaryIO, mistakes: Mistakes) -> bytes | None:
    try:
        if name == STANDARD_INPUT:
            data = stdin.read(MAX_FILE_BYTES + 1)
        else:
            with Path(name).open("rb") as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        mistakes.add(Place(_shown(name), 1, 1), "", f"cannot be read: {error.strerror}", "let this user read it")
        return None
    if len(data) > MAX_FILE_BYTES:
        mistakes.add(Place(_shown(name), 1, 1), "", f"is larger than {MAX_FILE_BYTES} bytes", "split it")
        return None
    return data


def _decode(data: bytes, file: str, mistakes: Mistakes) -> str | None:
    if data.startswith(_WIDE_BOMS):
        mistakes.add(Place(file, 1, 1), "", "is UTF-16 text", "save it as UTF-8")
        return None
    data = data.removeprefix(_BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")) + 1
        mistakes.add(Place(file, line, column), "", f"is not UTF-8 text (byte {data[error.start]:#04x})", "save it as UTF-8")
        return None
    unreadable = list(find_unreadable(text))
    positions = Positions(text, file) if unreadable else None
    for offset, char in unreadable[:_TOLD_CHARACTERS]:
        if positions is not None:
            told = f"holds the control character U+{ord(char):04X}"
            mistakes.add(positions.place(offset), "", told, "remove it, or write it as an escape in double quotes")
    return None if unreadable else text


def _check_found(found: list[Filed], names: Sequence[str], mistakes: Mistakes) -> None:
    if not found:
        told = f"holds no file that ends in {', '.join(SUFFIXES)}"
        mistakes.add(Place(_shown(names[0]) if names else "", 1, 1), "", told, "name files or folders of records")
    if len(found) > MAX_RECORDS:
        place = found[MAX_RECORDS].place
        mistakes.add(place, "", f"is the {MAX_RECORDS + 1}th record; one run takes {MAX_RECORDS}", "apply the folders one by one")
    first: dict[tuple[str, str], Filed] = {}
    for each in found:
        before = first.setdefault((each.kind, each.id), each)
        if before is not each:
            told = f"{each.name} is stated a second time in this run, first at {before.place}"
            mistakes.add(each.place, "id", told, "keep one of the two")


def _shown(name: str) -> str:
    return _STDIN_NAME if name == STANDARD_INPUT else name

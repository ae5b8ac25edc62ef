"""What a pickle would import if somebody loaded it, listed without loading it.

Promises: nothing is executed or imported; opcodes are walked with the standard library's own table, the stack and the memo are
followed, so that a name put together through the memo is still found. What cannot be followed is reported as unresolved, never
left out. Does not judge: an import list is a fact, whether it is harmful is a person's question.
Hostile input costs at most `MAX_OPCODES` steps and 64 MiB.
"""

from __future__ import annotations

import io
import pickletools
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from proofbook.errors import LimitExceeded
from proofbook.weights.opening import open_regular_file
from proofbook.weights.zip_listing import check_zip_directory

MAX_OPCODES = 2_000_000
MAX_PICKLE_BYTES = 64 * 1024 * 1024
MAX_STREAMS = 64
MAX_IMPORTS = 256
_MAX_ARGUMENT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PickleImports:
    """`imports` are `module.name`, sorted; `unresolved` says in words what could not be followed; `streams` counts pickles."""

    imports: tuple[str, ...]
    unresolved: tuple[str, ...]
    streams: int


def list_pickle_imports(path: Path) -> PickleImports:
    """The imports of a bare pickle file, or of every `*.pkl` inside a zip (the form torch writes).

    Raises:
        MalformedModelFile, SourceUnavailable: the file cannot be opened or is neither.
    """
    with open_regular_file(path) as (descriptor, status), open(descriptor, "rb", closefd=False) as stream:
        if stream.read(2) == b"PK":
            check_zip_directory(descriptor, name=path.name, size=status.st_size)
            return _walk_zip(stream, path.name)
        stream.seek(0)
        return walk_pickle(stream)


def walk_pickle(stream: IO[bytes]) -> PickleImports:
    """The imports of the pickles that follow one another in `stream`, which must be seekable."""
    imports: set[str] = set()
    unresolved: list[str] = []
    capped = _CappedStream(stream)
    streams, budget = 0, MAX_OPCODES
    while streams < MAX_STREAMS:
        at = capped.tell()
        first = capped.read(1)
        if not first:
            break
        if streams and first != b"\x80":
            unresolved.append(f"bytes from offset {at} on are not a pickle and were not looked at")
            break
        capped.seek(at)
        walk = _Walk(budget)
        problem = walk.run(capped)
        imports |= walk.imports
        unresolved += walk.unresolved
        budget = walk.budget
        if problem is not None:
            unresolved.append(f"the pickle at offset {at} cannot be followed to its end: {problem}")
            break
        streams += 1
    else:
        unresolved.append(f"more than {MAX_STREAMS} pickles in one file")
    kept = tuple(sorted(imports))
    if len(kept) > MAX_IMPORTS:
        unresolved.append(f"{len(kept) - MAX_IMPORTS} further imports are not listed")
    return PickleImports(kept[:MAX_IMPORTS], tuple(unresolved[:MAX_STREAMS]), streams)


def _walk_zip(stream: IO[bytes], name: str) -> PickleImports:
    imports: set[str] = set()
    unresolved: list[str] = []
    streams = 0
    try:
        with zipfile.ZipFile(stream) as archive:
            for member in archive.infolist():
                if not member.filename.endswith((".pkl", ".pickle")):
                    continue
                if streams >= MAX_STREAMS:
                    unresolved.append(f"more than {MAX_STREAMS} pickles in {name}")
                    break
                with archive.open(member) as inner:
                    data = inner.read(MAX_PICKLE_BYTES + 1)
                if len(data) > MAX_PICKLE_BYTES:
                    unresolved.append(f"{member.filename[:120]} has more than {MAX_PICKLE_BYTES} bytes and was not followed")
                    continue
                found = walk_pickle(io.BytesIO(data))
                imports |= set(found.imports)
                unresolved += found.unresolved
                streams += found.streams
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, NotImplementedError, EOFError, ValueError, OSError) as error:
        unresolved.append(f"{name} cannot be read as a zip: {type(error).__name__}")
    except Exception as error:  # zlib.error and lzma.LZMAError share no narrower base
        if type(error).__module__ not in {"zlib", "_lzma", "lzma", "struct"}:
            raise
        unresolved.append(f"{name} holds a damaged member: {type(error).__name__}")
    return PickleImports(tuple(sorted(imports))[:MAX_IMPORTS], tuple(unresolved[:MAX_STREAMS]), streams)


class _Mark:
    """The stack's mark object."""


_MARK: Final = _Mark()
_STRINGS = frozenset({"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING"})
_PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GETS = frozenset({"GET", "BINGET", "LONG_BINGET"})
_EXTENSIONS = frozenset({"EXT1", "EXT2", "EXT4"})


class _Walk:
    """The stack and memo of one pickle, holding texts where they are known and None where they are not."""

    def __init__(self, budget: int) -> None:
        self.imports: set[str] = set()
        self.unresolved: list[str] = []
        self.budget = budget
        self._stack: list[str | _Mark | None] = []
        self._memo: dict[int, str | _Mark | None] = {}

    def run(self, stream: _CappedStream) -> str | None:
        """Follow one pickle; None at its end, else what stopped the walk."""
        try:
            for opcode, argument, position in pickletools.genops(cast("IO[bytes]", stream)):
                self.budget -= 1
                if self.budget < 0:
                    return f"more than {MAX_OPCODES} opcodes"
                self._step(opcode, argument, position or 0)
        except LimitExceeded as error:
            return error.message
        except (ValueError, IndexError, OverflowError, UnicodeError) as error:
            return type(error).__name__
        return None

    def _step(self, opcode: pickletools.OpcodeInfo, argument: object, position: int) -> None:
        name = opcode.name
        if name in _STRINGS:
            self._stack.append(argument if isinstance(argument, str) else None)
        elif name in _PUTS and isinstance(argument, int):
            self._memo[argument] = self._stack[-1] if self._stack else None
        elif name == "MEMOIZE":
            self._memo[len(self._memo)] = self._stack[-1] if self._stack else None
        elif name in _GETS and isinstance(argument, int):
            self._stack.append(self._memo.get(argument))
        elif name == "DUP":
            self._stack.append(self._stack[-1] if self._stack else None)
        else:
            self._note_imports(name, argument, position)
            self._move(opcode)

    def _note_imports(self, name: str, argument: object, position: int) -> None:
        if name in {"GLOBAL", "INST"}:
            module, _, attribute = str(argument).partition(" ")
            self._add(module, attribute)
        elif name == "STACK_GLOBAL":
            module_text, attribute_text = [*self._stack[-2:], None, None][:2]
            if isinstance(module_text, str) and isinstance(attribute_text, str):
                self._add(module_text, attribute_text)
            else:
                self.unresolved.append(f"an import at offset {position} takes its name from the stack in a way not followed")
        elif name in _EXTENSIONS:
            self.unresolved.append(f"an import at offset {position} goes through the extension registry (code {argument})")

    def _add(self, module: str, attribute: str) -> None:
        if len(self.imports) < 4 * MAX_IMPORTS:
            self.imports.add(f"{module[:200]}.{attribute[:200]}")

    def _move(self, opcode: pickletools.OpcodeInfo) -> None:
        before = opcode.stack_before
        if pickletools.markobject in before or opcode.name == "POP_MARK":
            while self._stack and self._stack.pop() is not _MARK:
                pass
            below = before.index(pickletools.markobject) if pickletools.markobject in before else 0
            del self._stack[max(0, len(self._stack) - below) :]
        else:
            del self._stack[max(0, len(self._stack) - len(before)) :]
        if opcode.name == "MARK":
            self._stack.append(_MARK)
        else:
            self._stack.extend([None] * len(opcode.stack_after))


class _CappedStream:
    """A stream whose single reads are bounded, so that one opcode cannot ask for gigabytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = MAX_PICKLE_BYTES

    def read(self, length: int) -> bytes:
        if length > _MAX_ARGUMENT:
            raise LimitExceeded(f"one value has {length} bytes")
        return self._spend(self._stream.read(length))

    def readline(self) -> bytes:
        return self._spend(self._stream.readline(_MAX_ARGUMENT))

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int) -> None:
        self._stream.seek(offset)

    def _spend(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise LimitExceeded(f"more than {MAX_PICKLE_BYTES} bytes of opcodes")
        return data

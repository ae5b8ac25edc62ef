"""The layout engine: ELK's layered algorithm, as JavaScript, in QuickJS, without a system package.

Promises: one engine for each process, made on first use and kept (about a sixth of a second and 12 MB); calls from any thread
are answered one after the other on the engine's own thread, which QuickJS asks for; heap, stack and time are bounded, and an
engine that hit a bound is thrown away. The script's SHA-256 is checked before it runs; it sees no disk and no network.
It gives geometry for geometry: no text of a diagram is ever handed to it.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any, Final

from proofbook.errors import DigestMismatch, LimitExceeded, UnavailableError

SCRIPT: Final = "elk-worker.min.js"
SCRIPT_SHA256: Final = "dca3a19d9ec37f5634bf5876b4ebd2455c3f43f0d32570136c13c13edaba9bfb"
"""elkjs 0.12.1, lib/elk-worker.min.js, unchanged."""

HEAP_BYTES: Final = 768 * 1024 * 1024
STACK_BYTES: Final = 6 * 1024 * 1024
THREAD_STACK_BYTES: Final = 8 * 1024 * 1024
TIME_SECONDS: Final = 40.0
"""Of processor time of the whole process, which is what QuickJS counts."""

_BEFORE: Final = """
var replies = [], self = globalThis;
self.postMessage = function (message) { replies.push(message); };
var console = {log: function () {}, info: function () {}, warn: function () {}, error: function () {}};
"""
_AFTER: Final = """
function ask(message) {
  replies.length = 0;
  self.onmessage({data: message});
  var reply = replies[0];
  if (reply.error) { throw new Error(String(reply.error.message)); }
  return reply.data;
}
ask({id: 0, cmd: "register", algorithms: ["layered"]});
function place(graph) {
  return JSON.stringify(
    ask({id: 1, cmd: "layout", graph: JSON.parse(graph), layoutOptions: {}, options: {}}),
    function (key, value) { return key === "$H" ? undefined : value; }
  );
}
"""
_EXHAUSTED: Final = ("interrupted", "out of memory", "stack overflow", "Maximum call stack")


def is_available() -> bool:
    """Whether the JavaScript engine is installed."""
    try:
        import quickjs  # noqa: F401 - looked for, not used here
    except ImportError:
        return False
    return True


class LayoutEngine:
    """One JavaScript context on one thread. Safe for any number of callers."""

    def __init__(self, *, seconds: float = TIME_SECONDS, heap_bytes: int = HEAP_BYTES) -> None:
        self._seconds = seconds
        self._heap_bytes = heap_bytes
        self._lock = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._process = 0
        self._context: Any = None

    def place(self, graph: Mapping[str, Any]) -> dict[str, Any]:
        """Gives ELK's JSON graph back with coordinates.

        Raises LimitExceeded when the graph costs more time or memory than is allowed, and UnavailableError when the engine is not
        installed or fails.
        """
        text = json.dumps(graph)
        with self._lock:
            placed: dict[str, Any] = json.loads(self._own_thread().submit(self._place, text).result())
        return placed

    def _own_thread(self) -> ThreadPoolExecutor:
        if self._thread is None or self._process != os.getpid():  # a fork has no threads but the one that forked
            self._context, self._process = None, os.getpid()
            self._thread = _one_thread()
        return self._thread

    def _place(self, text: str) -> str:
        import quickjs

        try:
            if self._context is None:
                self._context = _load(self._heap_bytes)
            self._context.set_time_limit(self._seconds)
            return str(self._context.get("place")(text))
        except (quickjs.JSException, MemoryError) as error:
            self._context = None
            said = str(error).strip().split("\n")[0][:200]
            if isinstance(error, MemoryError) or any(each in said for each in _EXHAUSTED):
                raise LimitExceeded(
                    f"laying the diagram out takes more than {self._seconds:g} seconds or {self._heap_bytes >> 20} MiB",
                    hint="draw one diagram for each system or level",
                ) from error
            raise UnavailableError(f"the layout engine failed: {said}") from error
        finally:
            if self._context is not None:
                self._context.gc()


def script() -> str:
    """The engine's script. Raises DigestMismatch when it is not the one that was taken in."""
    found = files("proofbook.diagrams").joinpath("vendored", "elkjs", SCRIPT).read_bytes()
    if hashlib.sha256(found).hexdigest() != SCRIPT_SHA256:
        raise DigestMismatch(f"{SCRIPT} is not the file that was taken in", hint="install proofbook again", place=SCRIPT)
    return found.decode()


def _load(heap_bytes: int) -> Any:
    import quickjs

    context = quickjs.Context()
    context.set_memory_limit(heap_bytes)
    context.set_max_stack_size(STACK_BYTES)
    for part in (_BEFORE, script(), _AFTER):
        context.eval(part)
    return context


def _one_thread() -> ThreadPoolExecutor:
    try:
        import quickjs  # noqa: F401 - the thread is of use only with it
    except ImportError as error:
        raise UnavailableError(
            "the JavaScript engine for diagrams is not installed", hint="install proofbook[documents]"
        ) from error
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="diagram-layout")
    before = threading.stack_size(THREAD_STACK_BYTES)
    try:
        pool.submit(os.getpid).result()  # the thread is made now, with this stack
    finally:
        threading.stack_size(before)
    return pool


SHARED: Final = LayoutEngine()
"""The process's engine; nothing is started before its first use."""

"""What an operator can set about recording inside an engine's server and beside a LiteLLM proxy; each field documented.

Promises: a value that exists is valid; a wrong one raises `ConfigurationError` naming the field. Nothing here switches recording
off. Secrets are never held here, only the path of the file that has them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from proofbook.errors import ConfigurationError
from proofbook.gateway.settings import MIB, Limits, ProductHint

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}\Z")
_PASSED: Final = ("/health", "/ping", "/version", "/metrics", "/load", "/docs", "/openapi.json")


@dataclass(frozen=True, slots=True)
class ServerCapture:
    """One engine whose own server records, through the middleware `proofbook.asgi.RecordExchanges`."""

    system: str
    """System that its traffic belongs to; must be registered as any other."""
    name: str = "main"
    """Distinguishes several engines: the source of its entries is `asgi:<name>`; further processes of one engine record as
    `asgi:<name>/2` and so on."""
    product: ProductHint = "auto"
    """What the engine is; `auto` asks it."""
    identities: Literal["none", "keys"] = "none"
    """`none`: the principal is unknown, since the engine's own key check proves nothing to the record. `keys`: callers need a key
    of this book (`proofbook key issue`), and the engine must have no key check of its own on the same header."""
    unrecorded_paths: tuple[str, ...] = _PASSED
    """Paths that pass without a record when asked with GET or HEAD: they carry no content."""
    unknown_paths: Literal["refuse", "record"] = "refuse"
    """What happens to paths that no API of docs/operate/protocols.md has: `record` lets them pass and records them generically;
    engines' administration is refused either way."""
    websockets: Literal["refuse", "pass_with_gap"] = "refuse"
    """What happens to WebSocket connections, whose content cannot be recorded: `refuse` closes them and records the refusal;
    `pass_with_gap` lets them pass and records, for each, the gap from its beginning to its end."""
    engine_key_file: str | None = None
    """File with the key the engine wants, used only to ask it which model it has loaded; without it such an engine's weights stay
    unknown."""
    guardrail: str = "unknown"
    """Version of the guardrail in force, stated in every request record; `unknown` when none is declared."""
    heartbeat_seconds: float = 60.0
    """How often it is recorded that the recorder is alive."""
    binding_seconds: float = 60.0
    """How often the engine is asked which weights it has loaded."""
    lines: int = 8
    """Connections to the process that writes the book; records of concurrent exchanges share syncs only across several."""
    body_bytes: int = 32 * MIB
    """Largest request body; more is refused with 413."""
    bodies_bytes: int = 1024 * MIB
    """Request bodies held at the same time; beyond it requests are refused with 503."""
    reply_bytes: int = 64 * MIB
    """Largest reply that can be recorded; a longer one is cut, since nothing passes unrecorded."""
    hold_bytes: int = 1 * MIB
    """A reply that is not streamed is held whole up to this size until it is recorded; beyond it, all but its last piece."""

    def __post_init__(self) -> None:
        _check_name(self.name, "capture.servers")
        where = f"capture.servers[{self.name}]"
        if not self.system.strip():
            raise ConfigurationError(f"{where}.system is empty", hint="name the system whose traffic this is")
        for path in self.unrecorded_paths:
            if not path.startswith("/"):
                raise ConfigurationError(f"{where}.unrecorded_paths {path!r} is not a path", hint="paths begin with a slash")
        for name in ("heartbeat_seconds", "binding_seconds", "lines", "body_bytes", "bodies_bytes", "reply_bytes", "hold_bytes"):
            _check_positive(getattr(self, name), f"{where}.{name}")

    @property
    def source(self) -> str:
        """Source id of its first process's entries."""
        return f"asgi:{self.name}"


@dataclass(frozen=True, slots=True)
class LiteLLMCapture:
    """A LiteLLM proxy that tells of its calls through its Generic Guardrail API; `proofbook guardrail` listens for it."""

    system: str
    """System that its traffic belongs to."""
    secret_file: str
    """File with the secret that LiteLLM sends as `x-api-key` (its setting `api_key`): one line of at least 16 characters."""
    name: str = "main"
    """Distinguishes several proxies: the source of the entries is `litellm:<name>`."""
    host: str = "127.0.0.1"
    """Address to listen on. The default is reachable from this machine only."""
    port: int = 8402
    """Port to listen on; 0 takes a free one."""
    open_seconds: float = 900.0
    """How long LiteLLM may take from a request to its reply; after that the exchange is recorded with its end unknown, and a
    reply that comes later is blocked."""
    open_calls: int = 10_000
    """Calls that may be under way at the same time; further ones are blocked."""
    guardrail: str = "unknown"
    """Version of the guardrail in force, stated in every request record; `unknown` when none is declared."""
    heartbeat_seconds: float = 60.0
    """How often it is recorded that the recorder is alive."""
    limits: Limits = field(default_factory=lambda: Limits(connections=512))
    """Caps of its listener, as for the gateway; those about engines do not apply."""

    def __post_init__(self) -> None:
        _check_name(self.name, "capture.litellm")
        where = f"capture.litellm[{self.name}]"
        if not self.system.strip():
            raise ConfigurationError(f"{where}.system is empty", hint="name the system whose traffic this is")
        if not 0 <= self.port <= 65535:
            raise ConfigurationError(f"{where}.port {self.port} is not a port", hint="use 1 to 65535, or 0 for a free one")
        for name in ("open_seconds", "open_calls", "heartbeat_seconds"):
            _check_positive(getattr(self, name), f"{where}.{name}")

    @property
    def source(self) -> str:
        """Source id of its entries."""
        return f"litellm:{self.name}"


Chosen = TypeVar("Chosen", ServerCapture, LiteLLMCapture)


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """Recording outside the gateway."""

    servers: tuple[ServerCapture, ...] = ()
    """Engines whose own server records."""
    litellm: tuple[LiteLLMCapture, ...] = ()
    """LiteLLM proxies that tell of their calls."""

    def __post_init__(self) -> None:
        for kind, names in (("servers", [one.name for one in self.servers]), ("litellm", [one.name for one in self.litellm])):
            if len(set(names)) != len(names):
                raise ConfigurationError(f"capture.{kind} has one name twice", hint="give each its own name")

    def server(self, name: str | None) -> ServerCapture:
        """The engine of that name, or the only one. Raises ConfigurationError naming those there are."""
        return _choose(self.servers, name, "servers")

    def proxy(self, name: str | None) -> LiteLLMCapture:
        """The LiteLLM proxy of that name, or the only one. Raises ConfigurationError naming those there are."""
        return _choose(self.litellm, name, "litellm")


def _choose(known: tuple[Chosen, ...], name: str | None, kind: str) -> Chosen:
    found = [one for one in known if name in {None, one.name}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in known) or "none"
    if name is None and found:
        raise ConfigurationError(f"capture.{kind} has several", hint=f"say which one: {names}")
    asked = "none" if name is None else f"none named {name!r}"
    raise ConfigurationError(f"capture.{kind} has {asked} (known: {names})", hint=f"add [[capture.{kind}]] to proofbook.toml")


def _check_name(name: str, where: str) -> None:
    if not _NAME.match(name):
        raise ConfigurationError(f"{where} has the name {name[:60]!r}", hint="use letters, digits, dot, dash and underscore")


def _check_positive(value: float, where: str) -> None:
    if value <= 0:
        raise ConfigurationError(f"{where} is {value}", hint="give a positive number")

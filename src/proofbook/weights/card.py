"""The front matter of a model card: YAML between `---` lines at the top of a README.

Promises: at most 256 KiB of YAML, no aliases or anchors, no tags, depth at most 32, no key twice; every scalar stays text, so a
`no` is a word and not a truth value. Nothing is constructed from what the file names. What it says is self-declared.
Hostile input can cause nothing but `MalformedModelFile` or `LimitExceeded`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from proofbook.errors import LimitExceeded, MalformedModelFile
from proofbook.weights.opening import open_regular_file

MAX_FRONT_MATTER_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_EVENTS = 100_000
MAX_LISTED = 64

CardValue: TypeAlias = "str | Sequence[CardValue] | Mapping[str, CardValue]"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The statements of a card that provenance uses; `unknown` where it says nothing."""

    license: str
    license_name: str
    license_link: str
    base_models: tuple[str, ...]
    base_model_relation: str
    datasets: tuple[str, ...]
    library: str
    tags: tuple[str, ...]


def read_card(path: Path) -> ModelCard | None:
    """The front matter of the card at `path`; None when it has none.

    Raises:
        MalformedModelFile: the front matter is not plain YAML. LimitExceeded: longer than 256 KiB. SourceUnavailable.
    """
    with open_regular_file(path) as (descriptor, _), open(descriptor, "rb", closefd=False) as stream:
        data = stream.read(MAX_FRONT_MATTER_BYTES + 16)
    return parse_card(data, name=path.name)


def parse_card(data: bytes, *, name: str) -> ModelCard | None:
    """The same from the first bytes of a card."""
    block = _front_matter(data, name)
    if block is None:
        return None
    value = parse_plain_yaml(block, name=name)
    if not isinstance(value, Mapping):
        raise MalformedModelFile(f"{name}: front matter: is not a mapping")
    return ModelCard(
        license=", ".join(_texts(value.get("license"))) or "unknown",
        license_name=_text(value.get("license_name")),
        license_link=_text(value.get("license_link")),
        base_models=_texts(value.get("base_model")),
        base_model_relation=_text(value.get("base_model_relation")),
        datasets=_texts(value.get("datasets")),
        library=_text(value.get("library_name")),
        tags=_texts(value.get("tags")),
    )


def parse_plain_yaml(text: str, *, name: str) -> CardValue:
    """YAML of mappings, sequences and texts only. Raises MalformedModelFile, LimitExceeded."""
    try:
        _check_events(text, name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark is not None else ""
        raise MalformedModelFile(f"{name}: front matter: is not YAML{line}") from error
    except (RecursionError, ValueError) as error:
        raise MalformedModelFile(f"{name}: front matter: cannot be read") from error
    return "" if node is None else _plain(node, name)


def _front_matter(data: bytes, name: str) -> str | None:
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if not data.startswith(b"---\n"):
        return None
    end = data.find(b"\n---", 3)
    if end < 0 or end > MAX_FRONT_MATTER_BYTES:
        raise LimitExceeded(f"{name}: front matter: does not end within {MAX_FRONT_MATTER_BYTES} bytes")
    try:
        return data[4 : end + 1].decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedModelFile(f"{name}: front matter: is not UTF-8 at offset {error.start + 4}") from error


def _check_events(text: str, name: str) -> None:
    """Refuse what makes YAML dangerous before any of it is put together: the event stream is flat and needs no recursion."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if count > MAX_EVENTS:
            raise LimitExceeded(f"{name}: front matter: has more than {MAX_EVENTS} parts")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise MalformedModelFile(f"{name}: front matter: uses an alias or anchor", hint="write the value out")
        if getattr(event, "tag", None) is not None:
            raise MalformedModelFile(f"{name}: front matter: uses a type tag")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise LimitExceeded(f"{name}: front matter: is nested deeper than {MAX_DEPTH} levels")


def _plain(node: yaml.Node, name: str) -> CardValue:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return tuple(_plain(item, name) for item in node.value)
    found: dict[str, CardValue] = {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise MalformedModelFile(f"{name}: front matter: a key is not text")
        if key.value in found:
            raise MalformedModelFile(f"{name}: front matter: key {str(key.value)[:80]!r} appears twice")
        found[str(key.value)] = _plain(item, name)
    return found


def _text(value: CardValue | None) -> str:
    return value.strip()[:300] or "unknown" if isinstance(value, str) else "unknown"


def _texts(value: CardValue | None) -> tuple[str, ...]:
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, Sequence):
        return ()
    return tuple(item.strip()[:300] for item in value if isinstance(item, str) and item.strip())[:MAX_LISTED]

"""Which files of a folder are one model.

Promises: each GGUF file (or split set of them) is a model of its own; all other weight files of the folder together are one; the
remaining files belong to each. A missing member of a set is a finding, and so is a member that an index does not name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from proofbook.collectors.model_store.examining import WEIGHT_ROLES, Examined
from proofbook.collectors.wording import finding
from proofbook.errors import InputError, UnavailableError
from proofbook.records.provenance import Finding
from proofbook.weights.opening import read_small_file
from proofbook.weights.safetensors import compare_shards, parse_index
from proofbook.weights.shards import shard_position
from proofbook.weights.sniff import FileFormat

MAX_INDEX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Group:
    """One model: `label` distinguishes it inside its folder ('' when it is the folder's only unsplit kind)."""

    label: str
    weights: tuple[Examined, ...]
    companions: tuple[Examined, ...]
    findings: tuple[Finding, ...]

    @property
    def files(self) -> tuple[Examined, ...]:
        """Weights and companions in path order."""
        return tuple(sorted((*self.weights, *self.companions), key=lambda item: item.file.path))


def group_files(examined: Sequence[Examined]) -> tuple[Group, ...]:
    """The models among the files of one folder, in order of their labels."""
    sets: defaultdict[str, list[Examined]] = defaultdict(list)
    others: list[Examined] = []
    companions: list[Examined] = []
    for item in examined:
        if item.role not in WEIGHT_ROLES:
            companions.append(item)
        elif item.format is FileFormat.GGUF:
            sets[_stem(item)].append(item)
        else:
            others.append(item)
    groups = [Group(label, tuple(items), tuple(companions), _split_findings(items)) for label, items in sorted(sets.items())]
    if others:
        groups.append(Group("", tuple(others), tuple(companions), _index_findings(others, companions)))
    return tuple(groups)


def _stem(item: Examined) -> str:
    position = shard_position(item.file.path)
    if position is None:
        return item.file.path
    return str(PurePosixPath(item.file.path).parent / position[0])


def _split_findings(items: Sequence[Examined]) -> tuple[Finding, ...]:
    """What is missing from a split GGUF set, by its names and by its own keys."""
    positions = [position for item in items if (position := shard_position(item.file.path)) is not None]
    declared = {item.gguf.split[1] for item in items if item.gguf is not None and item.gguf.split is not None}
    if not positions and not declared - {0, 1}:
        return ()
    counts = {count for _, _, count in positions} | declared
    found: list[Finding] = []
    if len(counts) > 1:
        found.append(finding("split_count_differs", f"names and keys state different set sizes: {sorted(counts)}"))
    have = {number for _, number, _ in positions} or {1}
    total = min(max(counts), 99_999)
    missing = [number for number in range(1, total + 1) if number not in have]
    if missing:
        named = ", ".join(str(number) for number in missing[:10])
        found.append(finding("missing_shard", f"{len(missing)} of {total} shards are not there: {named}"))
    return tuple(found)


def _index_findings(weights: Sequence[Examined], companions: Sequence[Examined]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    indexes = [item for item in companions if item.file.path.endswith(".safetensors.index.json")]
    for index in indexes:
        folder = str(PurePosixPath(index.file.path).parent)
        headers = {
            PurePosixPath(item.file.path).name: item.tensors
            for item in weights
            if item.tensors is not None and str(PurePosixPath(item.file.path).parent) == folder
        }
        try:
            named = parse_index(read_small_file(index.file.location, MAX_INDEX_BYTES), name=index.file.path)
        except (InputError, UnavailableError) as error:
            found.append(finding("malformed_file", error.message, index.file.path))
            continue
        found += [finding(code, detail, name or index.file.path) for code, name, detail in compare_shards(named, headers)]
    if not indexes:
        found += _missing_by_name(weights)
    return tuple(found)


def _missing_by_name(weights: Sequence[Examined]) -> list[Finding]:
    sets: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for item in weights:
        position = shard_position(item.file.path)
        if position is not None:
            sets[position[0], position[2]].add(position[1])
    return [
        finding("missing_shard", f"{stem}: {count - len(have)} of {count} shards are not there")
        for (stem, count), have in sets.items()
        if len(have) < count
    ]

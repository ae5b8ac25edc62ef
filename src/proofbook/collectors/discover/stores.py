"""Model stores on this machine, compared by path with what is on record. Fast: nothing is hashed here.

Promises: every weight file of a store that no recorded location covers is named (up to a cap, with the count); stubs of remote
models are named. Does not notice bytes replaced under a recorded path: collecting does.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from proofbook.collectors.discover.inventory import Inventory
from proofbook.collectors.model_store.examining import WEIGHT_ROLES, role_of_name
from proofbook.collectors.model_store.locate import StoreKind, StorePlace
from proofbook.collectors.model_store.ollama import list_manifests
from proofbook.collectors.model_store.walking import walk_folder
from proofbook.collectors.wording import finding, plain_path
from proofbook.records.provenance import Finding

MAX_NAMED = 32


@dataclass(frozen=True, slots=True)
class StoreView:
    """Stores with counts, and what differs from the record."""

    stores: tuple[Mapping[str, str], ...]
    differences: tuple[Finding, ...]


def look_at_stores(places: Sequence[StorePlace], inventory: Inventory) -> StoreView:
    """All stores at `places` against the inventory."""
    stores: list[Mapping[str, str]] = []
    differences: list[Finding] = []
    for place in places:
        models = list(_models(place))
        unrecorded = [path for path, _ in models if not inventory.covers(path)]
        stubs = [path for path, remote in models if remote]
        stores.append(
            MappingProxyType(
                {
                    "kind": place.kind.value,
                    "path": plain_path(place.path),
                    "how": place.how,
                    "models_or_weight_files": str(len(models)),
                    "without_record": str(len(unrecorded)),
                }
            )
        )
        differences += [
            finding("model_without_record", "no provenance record covers it", path) for path in unrecorded[:MAX_NAMED]
        ]
        if len(unrecorded) > MAX_NAMED:
            differences.append(finding("model_without_record", f"and {len(unrecorded) - MAX_NAMED} more", place.path))
        differences += [finding("remote_stub", "requests for this model leave the machine", path) for path in stubs[:MAX_NAMED]]
    gone = sorted(location for location in inventory.locations if not _is_there(location))
    differences += [
        finding("recorded_model_gone", "a record names this place, nothing is there", path) for path in gone[:MAX_NAMED]
    ]
    if len(gone) > MAX_NAMED:
        differences.append(finding("recorded_model_gone", f"and {len(gone) - MAX_NAMED} more"))
    return StoreView(tuple(stores), tuple(differences))


def _is_there(location: str) -> bool:
    """Whether a recorded place, or the first shard of a recorded set, exists. Cannot be looked at counts as there."""
    path = Path(location)
    try:
        return path.exists() or path.is_symlink() or any(path.parent.glob(f"{glob.escape(path.name)}-00*"))
    except (OSError, ValueError):
        return True


def _models(place: StorePlace) -> Iterator[tuple[str, bool]]:
    """(path as records state it, whether its weights are elsewhere)."""
    if place.kind is StoreKind.OLLAMA:
        for listed in list_manifests(place.path):
            yield plain_path(listed.location), listed.remote
        return
    if place.kind is StoreKind.GGUF_FILE:
        yield plain_path(place.path), False
        return
    roots = sorted(place.path.glob("models--*/snapshots/*")) if place.kind is StoreKind.HUGGINGFACE_CACHE else [place.path]
    for root in roots:
        yield from _weight_files(root, boundary=root.parents[1] if place.kind is StoreKind.HUGGINGFACE_CACHE else root)


def _weight_files(root: Path, *, boundary: Path) -> Iterator[tuple[str, bool]]:
    for file in walk_folder(root, boundary=boundary).files:
        if role_of_name(file.path) in WEIGHT_ROLES:
            yield plain_path(root / file.path), False

"""An issued version of a data file never changes: whoever kept one can tell that theirs is the same."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files

import pytest

from proofbook.controls.schemas import FILES

ISSUED = {
    ("cards.json", 1): "76b656f13ca3dc937140035f0d2e8e2ab08d5cdedc883dc374c1f605f0ede0a7",
    ("controls.json", 1): "8353f19c8ab74842640552032efb93ff91e09b4ba98eba3a8bac350c78e7263d",
    ("controls.json", 2): "e69d832d5b068c34a7ce77c71708f836a32b51aab51fb639af6c2e33c60a24f4",
    ("criteria.json", 1): "f86c4f399a5c841c5b14a50e1e61f36ddbbfeba9a3d0c352e116c5cdcdd39295",
    ("crosswalk.json", 1): "7a6117ed729d4b1a6781917190aa4cb84c8826060be7c7840588d35d1a022a53",
    ("populations.json", 1): "808e2fd058e8f036bbbd39303f48381343cde094c036e3e90badefa43a2933a8",
}
"""SHA-256 of every version that was issued. A change of a file raises its version and adds a row; rows stay."""


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_the_version_it_says_it_is(name: str) -> None:
    """A result that names a version must mean one text, however much later somebody looks."""
    document = files("proofbook.controls").joinpath("data", name).read_bytes()
    version = FILES[name].model_validate_json(document).version
    assert (name, version) in ISSUED, f"add a row for version {version} of {name}"
    assert sha256(document).hexdigest() == ISSUED[name, version], f"{name} changed: raise its version and its issue date"


@pytest.mark.parametrize("name", sorted(FILES))
def test_versions_count_up_without_a_gap(name: str) -> None:
    """The newest issued version is the shipped one."""
    versions = sorted(version for file, version in ISSUED if file == name)
    assert versions == list(range(1, len(versions) + 1))
    assert (
        FILES[name].model_validate_json(files("proofbook.controls").joinpath("data", name).read_bytes()).version == versions[-1]
    )

"""Write the reference pages that come from code, or say which of them differ (`--check`).

The pages are committed, so that a reader needs no program and a change of behaviour shows in the diff of its page.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from proofbook.controls.schemas import FILES, derive_schema
from proofbook.export.definition import POPULATIONS as NAMES
from proofbook.portal.api.table import document
from proofbook.records.kinds import KINDS
from reference_commands import format_commands
from reference_errors import format_errors
from reference_populations import format_population, format_population_list
from reference_records import format_records, format_schema
from reference_settings import format_settings
from tracked import ROOT

SCHEMAS = "docs/formats/schemas"
CATALOGUES = "docs/formats/catalogue-schemas"
POPULATIONS = "docs/audit/populations"


def pages() -> dict[str, Callable[[], str]]:
    """Path -> what makes it."""
    fixed: dict[str, Callable[[], str]] = {
        "docs/operate/settings.md": format_settings,
        "docs/operate/commands.md": format_commands,
        "docs/formats/errors.md": format_errors,
        "docs/formats/records.md": format_records,
        "docs/formats/openapi.json": _format_openapi,
    }
    fixed |= {f"{CATALOGUES}/{file}": partial(_format_catalogue, file) for file in FILES}
    fixed |= {f"{POPULATIONS}/index.md": format_population_list}
    fixed |= {f"{POPULATIONS}/{each}.md": partial(format_population, each) for each in NAMES}
    return fixed | {f"{SCHEMAS}/{kind}.json": partial(format_schema, kind) for kind in KINDS}


def make_reference(root: Path, *, check: bool) -> list[str]:
    """Write all pages, or with `check` only report. Gives what differed, as texts for a person."""
    made = {path: _finished(make()) for path, make in pages().items()}
    stale = {str(path.relative_to(root)) for path in (root / SCHEMAS).glob("*.json")} - made.keys()
    different = [f"{path}: no kind of record has this schema any more" for path in sorted(stale)]
    for path, text in made.items():
        target = root / path
        before = target.read_text("utf-8") if target.exists() else ""
        if before == text:
            continue
        changes = difflib.unified_diff(before.splitlines(), text.splitlines(), "committed", "generated", lineterm="", n=0)
        different.append("\n".join([f"{path}: differs from what the code says", *list(changes)[2:12]]))
        if not check:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    if not check:
        for path in stale:
            (root / path).unlink()
    return different


def _format_catalogue(file: str) -> str:
    """The JSON Schema of one file of the catalogue of criteria, controls, populations, crosswalk and cards."""
    return json.dumps(derive_schema(file), indent=2, ensure_ascii=False)


def _format_openapi() -> str:
    """The OpenAPI document of the portal's API, as it serves it."""
    return json.dumps(document(), indent=2, ensure_ascii=False)


def _finished(text: str) -> str:
    return text.rstrip("\n") + "\n"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page differs")
    check = parser.parse_args().check
    different = make_reference(ROOT, check=check)
    for each in different:
        print(each if check else each.partition(":")[0])
    if different and check:
        print("run `make docs` and commit the pages")
    return 1 if different and check else 0


if __name__ == "__main__":
    sys.exit(main())

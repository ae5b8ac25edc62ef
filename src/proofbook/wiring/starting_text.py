"""Shipped drafts into a home: as files to edit below `records/starter`, or the home they may be laid into.

Promises: nothing is recorded and nothing is approved; what lies there is not touched. An existing home is only taken when it is
that of the organisation named.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from proofbook.errors import ConfigurationError
from proofbook.starter.texts import write_drafts
from proofbook.wiring.home import CONFIG_NAME, Home, open_home

RECORDS: Final = "records"
"""Folder of a home in which people keep the files of their records."""
STARTER: Final = "starter"


def find_home(path: Path, entity: str) -> Home | None:
    """The home of that organisation, or None when there is no home. Raises ConfigurationError when it is another's."""
    if not (path / CONFIG_NAME).exists():
        return None
    home = open_home(path)
    if home.settings.entity != entity:
        raise ConfigurationError(
            f"{path}: is a home of {home.settings.entity!r}, not of {entity!r}", hint="name the entity as its settings do"
        )
    return home


def starter_folder(home: Home) -> Path:
    """Where the drafts of a home lie."""
    return home.path / RECORDS / STARTER


def lay_down_starter(home: Home) -> tuple[Path, ...]:
    """Write the drafts below `records/starter`; their paths.

    Raises:
        ConflictError: there is something already. StoreUnavailable: it cannot be written.
    """
    return write_drafts(starter_folder(home))

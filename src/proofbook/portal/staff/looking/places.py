"""Where who looked is shown."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.looking.pages import save_access_entry, save_access_proof, show_access, show_accesses

_OVERSEE: Final = Permission.OVERSEE

LOOKING_PLACES: Final = (
    Place(path="/who-looked", need=_OVERSEE, show=show_accesses),
    Place(path="/who-looked/{entry}.tlog-proof", need=_OVERSEE, show=save_access_proof),
    Place(path="/who-looked/{entry}.entry.json", need=_OVERSEE, show=save_access_entry),
    Place(path="/who-looked/{entry}", need=_OVERSEE, show=show_access),
)

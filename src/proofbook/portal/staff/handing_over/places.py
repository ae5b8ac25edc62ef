"""Where evidence is made ready to be handed over."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.handing_over import delivery_pages
from proofbook.portal.staff.handing_over.delivery_act import PRODUCE

EXPORT: Final = Permission.EXPORT

DELIVERY_PLACES: Final = (
    Place(
        path="/deliveries",
        need=EXPORT,
        show=delivery_pages.show_deliveries,
        act=delivery_pages.produce,
        does=("deliveries.produce",),
    ),
    Place(path="/deliveries/{engagement}/{delivery}", need=EXPORT, show=delivery_pages.show_delivery),
    Place(path="/deliveries/{engagement}/{delivery}/{name}", need=EXPORT, show=delivery_pages.save_file, witnessed=True),
)
DELIVERY_ACTS: Final = (PRODUCE,)

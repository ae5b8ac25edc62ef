"""Templates to HTML. Autoescape is on for everything, undefined names are errors, every value is made visible first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from proofbook.portal import telling, wording
from proofbook.portal.zones import UTC_NAME, find_zone


def make_environment() -> Environment:
    """The room's templates with their filters."""
    environment = Environment(
        loader=PackageLoader("proofbook.portal", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=wording.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["lines"] = str.splitlines
    environment.filters.update(
        drawn_in_zone=telling.drawn_in_zone,
        exact=wording.exact,
        in_zone=telling.in_zone,
        in_zone_plainly=telling.in_zone_plainly,
        instant=telling.instant,
        short=wording.short,
        size=wording.size,
        number=wording.number,
        plain=wording.plain,
    )
    environment.tests["instant"] = telling.is_instant
    environment.globals.update(
        counted=wording.counted,
        between=wording.between,
        age=wording.age,
        days_ago=telling.days_ago,
        midnight_utc=telling.midnight_utc,
    )
    return environment


class Pages:
    """Renders pages with what stands on all of them."""

    def __init__(self, standing: Mapping[str, Any]) -> None:
        self._environment: Final = make_environment()
        self._standing = dict(standing)

    def render(self, template: str, values: Mapping[str, Any], zone: str = UTC_NAME) -> str:
        """HTML text, with its times told in a zone."""
        with telling.telling_in(find_zone(zone)):
            return self._environment.get_template(template).render({**self._standing, **values})

"""The portal of a sample year, and programs with tokens of its people. Tests write records of their own and change no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Permission, Role
from proofbook.wiring.home import open_home
from support.api_caller import Callers, Program, give_token
from support.staffed_portal import staffed

ENGAGEMENT = "sample-year"


@pytest.fixture(scope="session")
def callers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    """A lead, a reviewer, an auditor, a pipeline, and a program that administers."""
    folder: Path = tmp_path_factory.mktemp("api") / "home"
    write_kit(folder)
    with staffed(open_home(folder)) as portal:
        portal.add("lead", Role.LEAD)
        portal.add("reviewer", Role.REVIEWER)
        portal.add("auditor", Role.AUDITOR, engagement=ENGAGEMENT)
        yield Callers(
            portal,
            give_token(portal, "lead"),
            give_token(portal, "reviewer"),
            give_token(portal, "auditor"),
            give_token(portal, service="sample pipeline", scopes=[Permission.PUSH]),
            Program(portal.port, None),
            give_token(portal, "admin", scopes=[Permission.READ, Permission.ADMINISTER]),
        )

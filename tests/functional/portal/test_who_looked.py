"""Who looked, over HTTP: what people did a moment ago is listed, narrowed, leads to its entry, and programs get the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proofbook.people.roles import Role
from proofbook.wiring.home import open_home
from proofbook.wiring.starting import Start, start_home
from support.api_caller import Program, give_token
from support.staffed_portal import Browser, Staffed, staffed

_ENTRY = re.compile(r'href="(/who-looked/e_\w+)"')


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """A portal in which somebody mistyped a password, and nobody looked at the list yet."""
    folder: Path = tmp_path_factory.mktemp("looked")
    start_home(folder / "home", Start(entity="Sample", fence=folder / "fence", proposals=(), portal_port=0))
    with staffed(open_home(folder / "home")) as found:
        found.add("lead", Role.LEAD)
        found.add("preparer", Role.PREPARER)
        assert found.browser().sign_in("preparer", "some other sentence").status != 303
        yield found


@pytest.fixture(scope="module")
def lead(portal: Staffed) -> Browser:
    """Signed in."""
    return portal.browser("lead")


@pytest.fixture(scope="module")
def program(portal: Staffed) -> Program:
    """A token of the lead."""
    return give_token(portal, "lead")


def test_what_happened_is_told_and_can_be_narrowed(portal: Staffed, lead: Browser) -> None:
    """Somebody who reads it weekly looks for refusals first."""
    whole = lead.get("/who-looked").words
    for words in ("sign-in refused wrong password", "signed in password", "set the account preparer", "set a password of"):
        assert words in whole
    refused = lead.get("/who-looked?kind=refused").words
    assert "sign-in refused" in refused
    assert "set the account" not in refused
    assert "No entry fits" in lead.get("/who-looked?kind=content").words
    assert "No entry fits" in lead.get("/who-looked?to=2001-01-01").words
    assert len(_ENTRY.findall(lead.get("/who-looked?account=preparer&kind=refused").text)) == 1
    assert portal.browser("preparer").get("/who-looked").status == 403
    assert portal.browser("admin").get("/who-looked?from=2001-01-01").status == 200


@pytest.mark.parametrize("query", ["kind=all", "from=yesterday", "before=x", "before=999999", f"account={'a' * 201}"])
def test_what_narrows_nothing_is_said_to(lead: Browser, query: str) -> None:
    """A list that is silently not narrowed is read as if it were."""
    assert lead.get(f"/who-looked?{query}").status == 400


def test_a_row_leads_to_its_entry_and_proof(lead: Browser) -> None:
    """What is listed can be held against the book without this program."""
    link = _ENTRY.search(lead.get("/who-looked?kind=refused").text)
    assert link is not None
    page = lead.get(link[1])
    assert "&#34;reason&#34;: &#34;wrong_password&#34;" in page.text
    assert lead.get(f"{link[1]}.entry.json").status == 200
    assert lead.get("/who-looked/e_none").status == 404


def test_programs_get_the_same_page_by_page(program: Program) -> None:
    """By position, nothing twice and nothing left out."""
    whole = program.get("/accesses?limit=200")
    assert whole.status == 200
    seen: list[dict[str, Any]] = []
    older: int | str | None = ""
    while older is not None:
        page = program.get(f"/accesses?limit=3&to=2999-12-31&before={older}").value
        seen += page["items"]
        older = page["older"]
    assert seen == whole.value["items"]
    one = program.get(f"/accesses/{seen[0]['entry']}").value
    assert one["access"] == seen[0]
    assert one["body"]
    assert program.get(f"/accesses/{seen[0]['entry']}/bytes").status == 200
    assert program.get("/accesses?kind=all").status == 400

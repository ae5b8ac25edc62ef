"""What is recorded beside the gateway shows wherever the gateway's records do: pages, gaps, populations."""

from __future__ import annotations

import asyncio
import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proofbook.asgi import RecordExchanges
from proofbook.wiring.exporting import export_one_population
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.portal import make_sources
from proofbook.wiring.recording import open_door
from support.asgi_engine import AsgiCaller, ToldEngine, living
from support.guardrail_caller import call_body, running_guardrail
from support.home_builder import make_home
from support.sample_portal import running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which an engine's server and a LiteLLM proxy recorded one exchange each."""
    path = make_home(tmp_path).path
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    with (path / "proofbook.toml").open("a", encoding="utf-8") as config:
        config.write('\n[[capture.servers]]\nsystem = "support-desk"\n')
        config.write(f'\n[[engagements]]\nid = "sample"\nfirst = "{today}"\nlast = "{today}"\n')
    found = open_home(path)
    app = RecordExchanges(ToldEngine(), home=path)

    async def work() -> None:
        with open_door(found, must_write=True) as door:
            async with living(app), running_guardrail(tmp_path, recorder=door.recorder) as guardrail:
                assert (await AsgiCaller().call(app)).complete
                assert await guardrail.call(call_body()) == {"action": "NONE"}
                assert await guardrail.call(call_body("response")) == {"action": "NONE"}

    asyncio.run(work())
    return found


def test_pages_show_the_exchanges_their_sources_and_what_is_claimed(home: Home) -> None:
    """An auditor sees how close to the fact each recorder stood."""
    with running(make_sources(home)) as visitor:
        listed = visitor.ask("/exchanges").words
        assert listed.count("reported") >= 1
        assert "complete" in listed
        filtered = visitor.ask("/exchanges?state=reported").text
        exchange = filtered.split('href="/exchanges/', 1)[1].split('"', 1)[0]
        words = visitor.ask(f"/exchanges/{exchange}").words
        assert "shared secret" in words
        assert "Passed on by litellm 1.106.2 which says, not verified here: key sample-key , team sample-team" in words
        gaps = visitor.ask("/gaps").words
        for said in ("asgi:main", "litellm:main", "proofbook guardrail", "proofbook in the engine's server"):
            assert said in gaps.replace("&#39;", "'")


def test_the_population_lists_them_with_source_and_assurance(home: Home, tmp_path: Path) -> None:
    """POP-15 is the whole population, whoever recorded."""
    with open_door(home) as door:
        export_one_population(home, door.recorder, "POP-15", "sample", tmp_path / "pop", progress=lambda *_: None)
    with (tmp_path / "pop" / "interactions.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["source"]: row for row in csv.DictReader(stream)}
    assert rows.keys() == {"asgi:main", "litellm:main"}
    litellm, engine = rows["litellm:main"], rows["asgi:main"]
    assert (litellm["assurance"], litellm["state"], litellm["relay_key"]) == ("inline_partial", "reported", "sample-key")
    assert (engine["assurance"], engine["state"], engine["relay_key"]) == ("inline", "complete", "none_in_between")
    assert (litellm["stream"], engine["stream"]) == ("", "false")

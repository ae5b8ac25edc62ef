"""What is recorded beside the gateway is looked through like what passes it, in processes of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from proofbook.asgi import RecordExchanges
from proofbook.book.reader import BookReader
from proofbook.records.envelope import Entry, parse_entry
from proofbook.wiring.classifier import classifying
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK
from support.asgi_engine import AsgiCaller, ToldEngine, living
from support.guardrail_caller import call_body, running_guardrail
from support.home_builder import make_home


def _play(folder: Path, classification: str) -> list[Entry]:
    """An exchange in an engine's server and one behind a LiteLLM proxy; the entries of their book."""
    path = make_home(folder).path
    with (path / "proofbook.toml").open("a", encoding="utf-8") as config:
        config.write(f'\n{classification}[[capture.servers]]\nsystem = "support-desk"\n')
    home = open_home(path)
    app = RecordExchanges(ToldEngine(), home=path)

    async def work() -> None:
        with (
            open_door(home, must_write=True) as door,
            classifying(home.settings.classification, door.recorder, CLOCK, "litellm:main") as recorder,
        ):
            async with living(app), running_guardrail(folder, recorder=recorder) as guardrail:
                assert (await AsgiCaller().call(app)).complete
                assert await guardrail.call(call_body()) == {"action": "NONE"}
                assert await guardrail.call(call_body("response")) == {"action": "NONE"}

    asyncio.run(work())
    with BookReader(home.book) as book:
        return [parse_entry(book.entry(index)) for index in range(book.size())]


def test_exchanges_of_both_recorders_are_classified(tmp_path: Path) -> None:
    """Which data goes to models is asked of all traffic, wherever it was recorded."""
    entries = _play(tmp_path, "")
    found = {each.source: each for each in entries if each.kind == "exchange.classified"}
    assert found.keys() == {"classifier:asgi:main", "classifier:litellm:main"}
    assert {each.subject for each in found.values()} == {each.subject for each in entries if each.kind == "exchange.request"}
    told = found["classifier:litellm:main"].body
    assert (told["system"], told["by"], told["response"]["state"]) == ("support-desk", "gateway", "examined")
    assert (told["request"]["state"], told["request"]["counts"]) == ("examined", {"email": 1})
    settings = next(each.body["settings"] for each in entries if each.kind == "config.loaded")
    assert settings["classification.enabled"] is True


def test_nothing_is_classified_where_that_is_off(tmp_path: Path) -> None:
    """An engine's process starts no other one unasked."""
    entries = _play(tmp_path, "[classification]\nenabled = false\n")
    assert not [each for each in entries if each.kind == "exchange.classified"]
    assert len([each for each in entries if each.kind == "exchange.response"]) == 2

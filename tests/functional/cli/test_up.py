"""`proofbook up`: one block when ready, both ends together, nothing left behind, keys followed while it runs."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable

import openai
import pytest

from support.command_line import Place, ask, issue_key, wait_until

pytestmark = pytest.mark.real
QUICK_SECONDS = 30.0


def test_one_block_says_where_everything_is(copied: Place) -> None:
    """Whoever starts it needs two addresses, the logs, and how to stop, and no structured noise between them."""
    with copied.up() as running:
        text = running.text()
        assert f"gateway  {copied.base_url} " in text
        assert re.search(r"page +http://127\.0\.0\.1:\d+/\?key=\S{20,}", text)
        assert "logs     home/log/" in text
        assert "stop     Ctrl-C" in text
        assert "{" not in text
        begun = time.monotonic()
        assert running.signal(signal.SIGTERM) == 0
        assert time.monotonic() - begun < QUICK_SECONDS
    assert running.text().rstrip().endswith("stopped")


def test_logs_are_files_that_only_the_owner_reads_and_hold_no_key(copied: Place) -> None:
    """The page's address opens the page: it belongs on the screen of whoever started it and nowhere else."""
    with copied.up() as running:
        key = re.findall(r"\?key=(\S+)", running.text())[0]
    logs = sorted((copied.folder / "home" / "log").iterdir())
    assert [log.name for log in logs] == ["gateway.log", "portal.log"]
    assert all(log.stat().st_mode & 0o077 == 0 for log in logs)
    assert all(key not in log.read_text("utf-8") for log in logs)
    events = [json.loads(line) for line in logs[0].read_text("utf-8").splitlines()]
    assert {event["event"] for event in events} >= {"gateway.listening", "gateway.stopped"}
    assert all(event["timestamp"].endswith("Z") for event in events)


def test_ctrl_c_ends_both(copied: Place) -> None:
    """What a person does; it is a normal end, and the book says that the gateway stopped in order."""
    with copied.up() as running:
        assert running.signal(signal.SIGINT) == 0
    kinds = copied.run("book", "status", "--json").json["kinds"]
    assert kinds["source.started"] == kinds["source.stopped"]


@pytest.mark.parametrize("victim", ["gateway", "portal"])
def test_one_that_dies_takes_the_other_along(copied: Place, victim: str) -> None:
    """Half a Proofbook would look alive; a supervisor must see that it is not."""
    with copied.up() as running:
        os.kill(running.children()[victim], signal.SIGKILL)
        assert running.process.wait(30) == 128 + signal.SIGKILL
        running.leaves_nothing()
    assert f"{'page' if victim == 'portal' else victim} ended with exit code 137" in running.text()


def test_nothing_outlives_a_killed_up(copied: Place) -> None:
    """An orphaned gateway would hold port and book, and the next start would fail for no visible reason."""
    with copied.up() as running:
        running.process.kill()
        running.process.wait()
        running.leaves_nothing()
    with copied.up():
        pass


def test_signal_before_it_is_ready_leaves_nothing(copied: Place) -> None:
    """A service manager may change its mind at any moment."""
    for delay in (0.25, 0.5, 0.8):
        running = copied.start("up")
        time.sleep(delay)
        assert running.signal(signal.SIGTERM) in {0, -signal.SIGTERM}


def test_taken_port_is_named(copied: Place) -> None:
    """The most common first failure: another program, or another Proofbook, has the port."""
    with socket.create_server(("127.0.0.1", copied.gateway_port)):
        done = copied.try_run("up")
    assert done.code == 2
    assert f"127.0.0.1:{copied.gateway_port}" in done.err
    assert "fix: set gateway.port to a free port" in done.err
    assert "Proofbook is up" not in done.out


def test_second_up_on_one_home_says_why_it_ends(copied: Place) -> None:
    """The first one goes on untouched."""
    with copied.up() as running:
        done = copied.try_run("up")
        assert done.code == 2
        assert "fix:" in done.err
        assert running.process.poll() is None


def test_json_block_for_programs(copied: Place) -> None:
    """Whoever starts it from a program reads the addresses from standard output."""
    running = copied.start("--json", "up")
    try:
        text = running.wait_for("}")
        found = json.loads(text[text.index("{") : text.rindex("}") + 1])
        assert found["gateway"] == copied.base_url
        assert "?key=" in found["page"]
    finally:
        running.end()


def is_served(place: Place, token: str) -> bool:
    """Whether the gateway takes that key now."""
    try:
        return bool(ask(place, token))
    except (openai.AuthenticationError, openai.PermissionDeniedError):
        return False


def test_keys_are_followed_while_it_runs(fresh: Callable[[], Place]) -> None:
    """Issued: works without a restart. Revoked: refused without one, and the refusal is an entry."""
    place = fresh()
    with place.up():
        token = issue_key(place)
        wait_until(lambda: is_served(place, token), "the key's first use")
        key = token.split("_")[1]
        place.run("key", "revoke", key, "--reason", "left the team")
        wait_until(lambda: not is_served(place, token), "the end of the revoked key")
        wait_until(lambda: place.run("book", "status", "--json").json["kinds"].get("exchange.refused", 0) >= 1, "the refusal")
    listed = place.run("key", "list", "--json").json
    assert [(each["key"], each["state"]) for each in listed] == [(key, "revoked")]


def test_new_home_without_an_engine_says_what_to_add(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`init` on a machine without an engine makes a home that cannot serve yet."""
    place = Place(tmp_path_factory.mktemp("bare"))
    place.run("init", "--entity", "Sample Organisation", "--fence", "fence")
    text = place.settings.read_text("utf-8")
    if "\n[gateway]\n" in text:  # another engine listens on this machine: as if it did not
        place.settings.write_text(text[: text.index("[gateway]")] + text[text.index("[portal]") :], "utf-8")
    done = place.try_run("up")
    assert done.code == 2
    assert "fix: add an upstream and a system to proofbook.toml" in done.err

"""What `config check` says of the gateway: what lies open, and whose settings are in force."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proofbook.wiring.examining import examine_gateway
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.posts import Post
from support.home_builder import make_home

GATEWAY = """
[gateway]
host = "{host}"
[[gateway.upstreams]]
name = "engine"
base_url = "{engine}"
[[gateway.systems]]
id = "desk"
name = "Desk"
environment = "test"
upstream = "engine"
"""


def _home(folder: Path, host: str, engine: str, more: str = "") -> Home:
    home = make_home(folder)
    path = home.path / "proofbook.toml"
    path.write_text(path.read_text("utf-8") + GATEWAY.format(host=host, engine=engine) + more, "utf-8")
    return open_home(home.path)


def test_what_can_be_read_on_a_network_is_a_finding(tmp_path: Path) -> None:
    """Keys and prompts in the clear: allowed, and never silent."""
    more = '[gateway.metrics]\nhost = "0.0.0.0"\n'
    found = examine_gateway(_home(tmp_path, "0.0.0.0", "http://10.0.0.9:8080", more))  # noqa: S104 - it must be told
    assert "plain HTTP beyond this machine" in found.address
    assert [words.split()[:2] for words in found.findings] == [["the", "gateway"], ["the", "gateway's"], ["engine", "'engine'"]]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_one_machine_has_no_findings(tmp_path: Path, host: str) -> None:
    """Loopback is not a network."""
    assert examine_gateway(_home(tmp_path, host, "https://10.0.0.9:8443")).findings == ()


def test_process_with_other_settings_than_the_file_is_told(tmp_path: Path) -> None:
    """After a refused reload the file and the gateway disagree; nobody would see it in either."""
    home = _home(tmp_path, "127.0.0.1", "http://127.0.0.1:9")
    post = Post(home.run, "main")
    post.tell({"state": "ready", "config": home.config_digest, "reload": "done"})
    pid = os.getpid()
    assert examine_gateway(home).running == (f"process {pid}, gateway:main: ready, with these settings",)
    post.tell({"state": "not_ready", "config": "sha256:other", "reload": "refused", "refused": "no such file"})
    (line,) = examine_gateway(home).running
    assert line.endswith("not ready, with other settings than the file has now; the last reload was refused: no such file")
    post.close()
    assert examine_gateway(home).running == ()

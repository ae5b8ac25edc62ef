"""A process that runs for months holds what it imports: what it has no use for stays out, looked at in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from proofbook.wiring.starting import Proposal, Start, start_home
from support.free_ports import free_port

AT_THE_END = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), flush=True))
"""
GATEWAY = AT_THE_END + "from proofbook.cli.main import main\nmain()"
CLASSIFIER = AT_THE_END + "from proofbook.wiring.classifier_child import main\nmain()"

UNUSED = (
    "rich",  # colours for terminals
    "pygments",
    "greenlet",
    "jwt",  # access tokens, where a provider is configured
    "urllib.request",
    "cryptography.x509",  # certificates, where TLS is configured
    "prometheus_client",  # figures, where they are asked for or an engine states some
    "opentelemetry",
    "jinja2",  # pages
    "starlette",
    "yaml",
    "re2",  # looking through content, in a process of its own
    "pygal",  # charts
    "stdnum",
    "phonenumbers",
    "proofbook.records.control",  # what people write
    "proofbook.records.governance",
    "proofbook.assessment",
    "proofbook.artifacts",
    "proofbook.portal",
)


def test_a_gateway_with_keys_alone_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    """Its idle memory is what it imports: ten megabytes were for terminals, tokens, certificates and records of people."""
    home = tmp_path / "home"
    proposals = (Proposal("engine", "http://127.0.0.1:9", "auto", (("sample", "Sample"),)),)
    entity = "Sample Organisation"
    start_home(home, Start(entity=entity, fence=tmp_path / "fence", proposals=proposals, gateway_port=free_port()))
    environment = {name: value for name, value in os.environ.items() if name != "PROOFBOOK_PARENT"}
    command = [sys.executable, "-c", GATEWAY, "--home", str(home), "gateway"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    ) as gateway:
        assert gateway.stderr is not None
        told = next((line for line in gateway.stderr if line.startswith("gateway: listening on ")), None)
        assert told is not None, "it ended before it listened"
        gateway.send_signal(signal.SIGTERM)
        said, _ = gateway.communicate(timeout=60)
    imported = json.loads(said)
    assert "proofbook.gateway.running.server" in imported
    assert [name for name in UNUSED if name in imported] == []


def test_the_process_that_looks_for_sensitive_data_imports_no_documents(tmp_path: Path) -> None:
    """It says counts; the models of entries, and all that checks them, are its parent's business."""
    asked = json.dumps({"classes": ["email"], "limit": 1000}) + "\n"
    done = subprocess.run(
        [sys.executable, "-c", CLASSIFIER], input=asked, capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path
    )
    imported = json.loads(done.stdout.splitlines()[-1])
    assert "proofbook.sensitive.finding" in imported
    assert {"pydantic", "pydantic_core", "structlog", "cryptography", "asyncio"} & set(imported) == set()

"""What the operating pages tell is what happens: the commands of docs/start and docs/operate, run on a home of sample data."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from support.forked_program import run_program

REFUSED_EVIDENCE = 5


class Operator:
    """Runs `proofbook` on one home, as the pages do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_program(["--home", str(self.home), *arguments], cwd=self.folder)

    def does(self, *arguments: str) -> str:
        """A command that must succeed; what it printed."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def issue_key(self) -> subprocess.CompletedProcess[str]:
        return self.run("key", "issue", "--principal", "sample-person", "--kind", "person", "--system", "assistant")

    def origin(self) -> str:
        status = json.loads(self.does("--json", "book", "status"))
        return str(status["origin"])


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """A home as `init` makes it, its fence beside it."""
    found = Operator(tmp_path)
    fence = str(tmp_path / "fence")
    found.does("init", "--entity", "Sample organisation", "--fence", fence, "--upstream", "http://127.0.0.1:9")
    return found


def test_init_makes_keys_that_only_their_owner_reads(operator: Operator) -> None:
    """docs/operate/install.md: `init` makes keys/ readable by that user only, and keys others can read are refused."""
    key = operator.home / "keys/log.key"
    assert key.stat().st_mode & 0o077 == 0
    key.chmod(0o644)
    refused = operator.issue_key()
    assert refused.returncode == 2
    assert "chmod 600" in refused.stderr


def test_a_key_is_shown_once_and_listed_without_its_token(operator: Operator) -> None:
    """docs/operate/keys.md: the token is shown once and only a hash is kept."""
    issued = json.loads(
        operator.does("--json", "key", "issue", "--principal", "sample", "--kind", "service", "--system", "assistant")
    )
    token = issued["token"]
    assert token not in operator.does("key", "list")
    assert all(token.encode() not in path.read_bytes() for path in operator.home.rglob("*") if path.is_file())


def test_a_restored_backup_is_refused_and_a_new_book_names_it(operator: Operator) -> None:
    """docs/operate/recover.md: carrying on an old copy would sign a second history; the command for it says what is missing."""
    operator.issue_key()
    shutil.copytree(operator.home / "book", operator.folder / "backup")
    assert operator.issue_key().returncode == 0

    shutil.rmtree(operator.home / "book")
    shutil.copytree(operator.folder / "backup", operator.home / "book")
    refused = operator.issue_key()
    assert refused.returncode == REFUSED_EVIDENCE
    assert "were signed" in refused.stderr
    assert "proofbook book reopen" in refused.stderr
    assert operator.run("book", "fsck").returncode == REFUSED_EVIDENCE

    before = operator.origin()
    operator.does("book", "reopen", "--reason", "sample: restored", "--yes-start-a-new-book")
    assert operator.origin() != before
    assert operator.issue_key().returncode == 0
    operator.does("book", "fsck", "--content")


def test_the_fence_cannot_be_lost_unnoticed(operator: Operator) -> None:
    """docs/operate/recover.md: without its fence nobody can tell whether a book is old."""
    operator.issue_key()
    shutil.rmtree(operator.folder / "fence")
    refused = operator.issue_key()
    assert refused.returncode == REFUSED_EVIDENCE
    assert "the fence of a signed book is missing" in refused.stderr


def test_the_projection_may_be_thrown_away(operator: Operator) -> None:
    """docs/operate/recover.md: what pages show is derived from the book."""
    operator.issue_key()
    before = operator.does("key", "list")
    shutil.rmtree(operator.home / "readmodel")
    assert operator.does("key", "list") == before


def test_a_retention_run_is_recorded_when_nothing_was_due(operator: Operator) -> None:
    """docs/operate/retention.md: each run is an entry."""
    operator.does("content", "retain")
    status = json.loads(operator.does("--json", "book", "status"))
    assert status["kinds"]["retention.run"] == 1

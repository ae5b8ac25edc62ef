"""Links and commands in documents lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from check_links import anchors, check_links
from tracked import ROOT


def _found(root: Path, text: str) -> list[str]:
    (root / "a.md").write_text(text, encoding="utf-8")
    return [str(finding) for finding in check_links(root)]


def test_every_link_of_the_project_leads_somewhere() -> None:
    """README, documents and decisions alike."""
    assert [str(finding) for finding in check_links(ROOT)] == []


@pytest.mark.parametrize("link", ["missing.md", "b.md#missing", "#missing", "../outside.md"])
def test_a_link_that_leads_nowhere_is_named_with_its_line(tmp_path: Path, link: str) -> None:
    """A file, a heading, or something outside the repository that only this machine has."""
    (tmp_path / "b.md").write_text("# Here\n", encoding="utf-8")
    (tmp_path.parent / "outside.md").write_text("", encoding="utf-8")
    (finding,) = _found(tmp_path, f"One.\nSee [it]({link}).\n")
    assert finding.startswith("a.md:2: ")


@pytest.mark.parametrize(
    "text", ["[b](b.md#here-it-is)", "[here](#own)\n\n## Own\n", "```\n[x](nothing)\n```\n", "[w](https://x.test/)"]
)
def test_good_links_code_and_web_addresses_are_left_alone(tmp_path: Path, text: str) -> None:
    """Web addresses are not fetched: a check must not depend on somebody else's server."""
    (tmp_path / "b.md").write_text("# Here, it `is`\n", encoding="utf-8")
    assert _found(tmp_path, text) == []


def test_a_make_target_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """The first two commands of the README are the first two things a reader tries."""
    (tmp_path / "Makefile").write_text("demo:\n\ttrue\n", encoding="utf-8")
    (finding,) = _found(tmp_path, "Type `make demo`.\n\n```\nmake dmeo\n```\n")
    assert "no target 'dmeo'" in finding


def test_anchors_are_made_as_repository_pages_make_them() -> None:
    """Dots and commas go, spaces become dashes, a second one is counted."""
    assert anchors("# A b, c\n## `exchange.request`\n## A b c\n") == {"a-b-c", "exchangerequest", "a-b-c-1"}

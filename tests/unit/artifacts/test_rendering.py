"""Pages as HTML and JSON: escaped, without script, complete in their head, the same bytes in every process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from proofbook.artifacts.catalogue import ARTIFACTS, derive_pages
from proofbook.artifacts.heading import standing_at
from proofbook.artifacts.page import Page, Stand
from proofbook.artifacts.rendering import render_body, render_html, render_json
from support.artifact_pages import HOSTILE, hostile_facts, markup_of, page_of, read_sample_body
from support.facts_builder import FactsBuilder

OURS = {"html", "head", "meta", "title", "style", "body", "main", "p", "a", "h1", "h2", "h3", "span", "dl", "div", "dt", "dd", "nav", "ul", "li", "section", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "code", "footer", "svg", "g", "line", "text", "tspan", "circle", "path", "rect", "desc", "defs", "pattern", "polygon", "polyline"}  # fmt: skip
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def every_page(text: str = HOSTILE) -> list[Page]:
    """Every page of the ten, every word of it hostile."""
    facts = hostile_facts(text)
    return [page for each in ARTIFACTS for page in derive_pages(each, facts, read_sample_body)]


@pytest.mark.parametrize("page", every_page(), ids=lambda page: f"{page.head.artifact} {page.name[:40]}")
def test_no_word_of_a_record_becomes_markup(page: Page) -> None:
    """Names and texts are written by strangers; a page is opened by an auditor."""
    seen = markup_of(page)
    assert set(seen.tags) <= OURS
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    links = [given for name, given in seen.attributes if name in {"href", "src"}]
    assert all(each == "../index.html" or each.startswith("#") or each == f"{page.name}.json" for each in links)
    assert not re.search("[\u202a-\u202e\u200b\u0007]", seen.text)
    assert "49" not in re.findall(r"&amp; (\S+)", seen.text)


@pytest.mark.parametrize("page", every_page(), ids=lambda page: f"{page.head.artifact} {page.name[:40]}")
def test_the_json_holds_every_word_as_it_is(page: Page) -> None:
    """The page shows what can be seen; its twin keeps the very bytes for programs."""
    value = json.loads(render_json(page))
    assert value["format"] == "proofbook-artifact/1"
    assert value["head"]["evidence_id"] == page.head.evidence_id


def test_a_hostile_record_reads_as_text() -> None:
    """It is evidence, so it must be readable and not dropped."""
    seen = markup_of(page_of("ART-01", hostile_facts(), "sample-system"))
    assert "<script>alert(1)</script>" in seen.text
    assert "⟨U+202E⟩" in seen.text
    assert "{{ 7*7 }}" in seen.text


def test_a_page_loads_nothing_and_says_so_in_its_policy() -> None:
    """It may be opened from a folder on a machine without a network."""
    document = render_html(page_of("ART-01", FactsBuilder().system("desk").build()))
    assert f'content="{POLICY}"'.encode() in document.replace(b"&#39;", b"'")
    assert b"<script" not in document
    assert not re.search(rb"(src|href)=\"(https?:)?//", document)
    assert b"url(" not in document


HEAD = (
    "Evidence id", "Answers", "Supports criteria", "Controls", "Systems", "Environment", "Drawn from", "Taken in and left out",
    "As of", "Signed checkpoint", "Completeness", "Redactions", "Limitations", "Reviewed", "Handling", "Run by, run time", "Made by",
)  # fmt: skip


@pytest.mark.parametrize("line", HEAD)
def test_the_evidence_header_has_each_of_its_lines(line: str) -> None:
    """Each is a field an auditor looks for on every piece of evidence."""
    text = markup_of(page_of("ART-06", FactsBuilder().build())).text
    assert line in text[text.index("Evidence header", text.index("Who called")) :]


def test_the_header_names_the_checkpoint_and_what_is_not_under_it_yet() -> None:
    """A page is tied to a signed state of the book, or says that it is not."""
    page = page_of("ART-01", FactsBuilder().system("desk").system("triage").build())
    assert "none covers these facts" in markup_of(page).text
    stood = standing_at(page, Stand("sample.example/book", 1, "ab" * 32, "2026-12-01T00:00:00.000000Z"))
    text = markup_of(stood).text
    assert "ab" * 32 in text
    assert f"{page.head.book_size - 1} entries of this page's book are not under it yet" in text


def test_the_header_tells_late_records_and_a_book_that_began_too_late() -> None:
    """Failures of completeness are shown, not hidden."""
    page = page_of("ART-01", FactsBuilder(began="2026-03-01").system("desk", recorded="2026-03-02").build())
    assert "The book begins after the period" in page.head.checks[2]
    assert "0 of 1 records" in page.head.checks[0]


PROGRAM = """
import sys; sys.path.insert(0, sys.argv[1])
from hashlib import sha256
from support.artifact_pages import hostile_facts, read_sample_body
from proofbook.artifacts.catalogue import ARTIFACTS, derive_pages
from proofbook.artifacts.rendering import render_body, render_html, render_json, render_pdf
facts, made = hostile_facts("sample <b> words"), sha256()
for each in ARTIFACTS:
    for page in derive_pages(each, facts, read_sample_body):
        made.update(render_html(page) + render_json(page) + render_pdf(page, facts.as_of))
print(made.hexdigest())
"""


def test_another_process_zone_and_locale_give_the_same_bytes() -> None:
    """Two people who draw the same facts can compare hashes."""
    tests = str(Path(__file__).parents[2])
    made = set()
    for seed, zone, locale in (("1", "UTC", "C"), ("4711", "Asia/Kathmandu", "de_DE.UTF-8")):
        env = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        done = subprocess.run([sys.executable, "-c", PROGRAM, tests], env=env, capture_output=True, text=True, check=True)
        made.add(done.stdout)
    assert len(made) == 1


def test_body_for_a_frame_is_the_page_s_own_without_its_head_and_links() -> None:
    """Two texts of one page would drift apart; a frame has a title, a style and a way back of its own."""
    page = next(derive_pages("ART-01", hostile_facts(HOSTILE), read_sample_body))
    body, whole = render_body(page, "sample run"), render_html(page).decode()
    for part in ("<html", "<style", "<h1", "<script", "../index.html", f"{page.name}.json"):
        assert part not in body
    assert "<dd>sample run</dd>" in body
    shared = body.partition("<section")[2].partition("Run by, run time")[0]
    assert shared in whole
    assert len(shared) > 2_000

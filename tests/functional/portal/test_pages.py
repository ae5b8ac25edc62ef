"""What the pages say about a book."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from proofbook.records.envelope import parse_entry
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.proof_file import check_proof_file, parse_proof_file
from support.memory_book import SAMPLE_ORIGIN, sample_signer
from support.sample_entries import SAMPLE_ARTIFACT, SampleEntries
from support.sample_portal import ENTITY, NOW, make_sources, running, tamper, write_book

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp.exe\x00{{7*7}}"
MARKUP = "<script>alert(1)</script>"
WORDS = re.compile(r"\b(compliant|certified|passed|effective|tamper-?proof)\b", re.IGNORECASE)


def test_book_page_says_where_the_book_stands(day: Any) -> None:
    """The first thing a newcomer sees."""
    words = day.visitor.ask("/book").words
    for part in (ENTITY, SAMPLE_ORIGIN, f"covers {len(day.entries.raw)} entries", "2026-03-02 12:00:00 UTC", "gateway:main"):
        assert part in words
    assert "no witness is configured: only this log's own key" in words


def test_book_page_says_what_is_not_known(day: Any) -> None:
    """A page that shows only what it has would mislead."""
    words = day.visitor.ask("/book").words
    assert "1 exchange has no recorded end yet" in words
    assert "1 set of model bytes answered without a provenance record" in words
    assert "(2 h): not covered. What happened is unknown." in words
    assert "when recording began: not covered" in words
    assert "without passing the gateway is not in this book" in words


def test_hours_nobody_recorded_are_unknown_in_the_chart_s_table(day: Any) -> None:
    """Unknown is not zero."""
    text = day.visitor.ask("/book").text
    table = text[text.index("As a table") :]
    assert "unknown</td>" in table
    assert '<g class="pg-series pg-band" fill="url(#' in text


def test_list_pages_by_keyset_without_loss_or_repeat(day: Any) -> None:
    """Every exchange stands on exactly one page."""
    target, seen, pages = "/exchanges", [], 0
    while target:
        text = day.visitor.ask(target).text
        seen += re.findall(r'href="/exchanges/(x_[0-9a-z]+)"', text)
        older = re.search(r'href="(/exchanges\?[^"]+)" rel="next"', text)
        target, pages = (older[1].replace("&amp;", "&") if older else ""), pages + 1
    recorded = [parse_entry(raw) for raw in day.entries.raw]
    expected = [each.body["exchange"] for each in reversed(recorded) if each.kind in {"exchange.request", "exchange.refused"}]
    assert seen == expected
    assert pages == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("system=handbook-search", 30),
        ("principal=sample-person-1&system=handbook-search&state=complete", 30),
        ("state=denied", 1),
        ("state=refused", 0),
        ("state=open", 1),
        (f"artifact={SAMPLE_ARTIFACT}&principal=sample-person-1", 30),
        (f"artifact={SAMPLE_ARTIFACT[7:]}&state=client_aborted", 0),
        ("system=%27%20OR%201=1--", 0),
    ],
)
def test_filters_narrow(day: Any, query: str, found: int) -> None:
    """By who, what, which bytes and how it ended."""
    reply = day.visitor.ask(f"/exchanges?{query}")
    assert reply.status == 200
    assert len(re.findall(r'href="/exchanges/x_', reply.text)) == found


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=" + "9" * 30, "state=good", "artifact=xyz", "system=" + "s" * 600]
)
def test_wrong_addresses_are_explained(day: Any, query: str) -> None:
    """In words, with what would be right."""
    reply = day.visitor.ask(f"/exchanges?{query}")
    assert reply.status == 400
    assert "This cannot be answered" in reply.words
    assert query.partition("=")[0] in reply.words or "digest" in reply.words


def test_exchange_page_keeps_apart_what_is_verified_and_what_is_claimed(day: Any) -> None:
    """A claimed end user must never read like a principal."""
    words = day.visitor.ask(f"/exchanges/{day.first}").words
    assert "Principal sample-service service" in words
    assert "sample-end-user-12 claimed by the caller in body.user, not verified" in words
    assert "says the source" in words
    assert "says the writer" in words
    assert "21 in, 34 out counted by engine" in words
    assert "This entry is in the book, unchanged since it was signed." in words
    assert f"proofbook content show {day.first} --slot response" in words
    assert "Sealed." in words


def test_shredded_content_names_its_disposal_record(day: Any) -> None:
    """And the proof still checks out."""
    words = day.visitor.ask(f"/exchanges/{day.shredded}").words
    erased = next(index for index, raw in enumerate(day.entries.raw) if parse_entry(raw).kind == "content.erased")
    assert f"Shredded. The disposal record is entry {erased} " in words
    assert "content show" not in words
    assert "unchanged since it was signed" in words


def test_open_and_refused_exchanges_say_so(day: Any) -> None:
    """No end is recorded is not the same as ended."""
    assert "no end is recorded yet" in day.visitor.ask(f"/exchanges/{day.open}").words
    refused = day.visitor.ask(f"/exchanges/{day.refused}").words
    assert "A rule about access or use said no; nothing was forwarded to a model" in refused
    assert "nothing was verified" in refused


@pytest.mark.parametrize("part", ["request", "response"])
def test_saved_files_convince_without_this_program(day: Any, part: str) -> None:
    """The entry's bytes, a proof, a key: nothing else is needed."""
    entry = day.visitor.ask(f"/exchanges/{day.first}/{part}.entry.json")
    proof = day.visitor.ask(f"/exchanges/{day.first}/{part}.tlog-proof")
    assert entry.headers["content-disposition"] == f'attachment; filename="{day.first}.{part}.entry.json"'
    assert json.loads(entry.body)["kind"] == f"exchange.{part}"
    check_proof_file(
        parse_proof_file(proof.body),
        leaf=leaf_hash(entry.body),
        origin=SAMPLE_ORIGIN,
        verifiers=[Ed25519Verifier(sample_signer().key)],
    )


def test_models_show_verification_and_what_has_no_record(day: Any) -> None:
    """In the words of the closed lists, never as a tick."""
    words = day.visitor.ask("/models").words
    assert "hashed here, compared with nothing" in words
    assert "2 · recomputed" in words
    text = day.visitor.ask("/models").text
    unrecorded = next(each for each in re.findall(r'href="/models/(sha256:[0-9a-f]{64})"', text) if each != SAMPLE_ARTIFACT)
    assert "no provenance record names them" in day.visitor.ask(f"/models/{unrecorded}").words
    assert "who published these bytes" in day.visitor.ask(f"/models/{SAMPLE_ARTIFACT}").words


def test_gaps_page_names_the_gap_and_the_run_that_ended_without_a_word(day: Any) -> None:
    """With length and reason."""
    words = day.visitor.ask("/gaps").words
    assert "2 h unclean stop sample gap" in words
    assert "without a word" in words
    assert "still running" in words


@pytest.mark.parametrize(
    "path",
    ["/x", "/exchanges/", "/exchanges/x_", "/exchanges/" + "x_" + "0" * 26, "/exchanges/%3Cscript%3E", "/models/sha256:zz",
     "/models/sha256:" + "0" * 64, "/exchanges/x/../../etc/passwd", "/static/../access.py", "/%00"],
)  # fmt: skip
def test_what_is_not_there_is_said_on_a_page(day: Any, path: str) -> None:
    """Whatever the address is made of."""
    reply = day.visitor.ask(path)
    assert reply.status in {404, 307}
    assert "<script>" not in reply.text


@pytest.mark.parametrize("path", ["/", "/book", "/exchanges", "/models", "/gaps", f"/models/{SAMPLE_ARTIFACT}"])
def test_pages_draw_no_conclusions_and_carry_exact_times(day: Any, path: str) -> None:
    """Those words belong to the auditor; times have the whole instant behind them, in UTC."""
    reply = day.visitor.ask(path)
    assert not WORDS.search(reply.words)
    for shown, title in re.findall(r'<time datetime="([^"]+)" title="([^"]+)">', reply.text):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", shown)
        exact = shown[:-1].replace("T", " ").removesuffix(".000000")
        assert title == f"{exact.rstrip('0') if '.' in exact else exact} UTC"


def hostile_entries() -> tuple[SampleEntries, str]:
    """Hostile text wherever a caller, an engine or a file can put it."""
    entries = SampleEntries(NOW)
    entries.started()
    model = {
        "asked": HOSTILE,
        "artifact": SAMPLE_ARTIFACT,
        "status": "resolved",
        "method": HOSTILE,
        "reason": None,
        "resolved_at": None,
        "remote_host": None,
    }
    principal = {"id": HOSTILE, "kind": "person", "method": "oidc", "key": HOSTILE, "issuer": HOSTILE}
    proven = {"value": HOSTILE, "method": "openwebui_jwt", "issuer": HOSTILE}
    exchange = entries.new_id("x")
    claimed = {"value": HOSTILE, "method": "body.user"}
    entries.request(
        exchange,
        model=model,
        principal=principal,
        system=HOSTILE,
        claimed_user=claimed,
        verified_user=proven,
        parameters={MARKUP: HOSTILE},
    )
    entries.response(exchange, model_answered=HOSTILE, reason=HOSTILE, finish=[HOSTILE], state="upstream_error")
    entries.refused(detail=HOSTILE, path=HOSTILE)
    entries.artifact(
        name=HOSTILE,
        location=HOSTILE,
        license_declared=HOSTILE,
        self_declared={MARKUP: HOSTILE},
        unknowns=[HOSTILE],
        findings=[{"code": HOSTILE, "detail": HOSTILE, "path": HOSTILE}],
    )
    return entries, exchange


def test_who_vouches_is_named_beside_whom_it_vouches_for(tmp_path: Path) -> None:
    """Principal, method and issuer, and the end user proven or claimed beside it; the list says as much in short."""
    entries = SampleEntries(NOW)
    entries.started()
    principal = {"id": "jane", "kind": "person", "method": "oidc", "key": "sample-key", "issuer": "https://id.sample.example"}
    proven = {"value": "sample-user-9", "method": "openwebui_jwt", "issuer": "open-webui"}
    claimed = {"value": "sample-user-8", "method": "header"}
    exchange = entries.exchange(principal=principal, verified_user=proven, claimed_user=claimed)
    entries.exchange(claimed_user=claimed)
    with running(make_sources(write_book(tmp_path, entries.raw), tmp_path / "r.sqlite")) as visitor:
        words = visitor.ask(f"/exchanges/{exchange}").words
        assert "Verified by access token sample-key Vouched for by https://id.sample.example" in words
        assert "Verified end user sample-user-9 signature of open-webui" in words
        assert "sample-user-8 claimed by the caller in header, not verified" in words
        listed = visitor.ask("/exchanges").words
        assert "jane access token for sample-user-9" in listed
        assert "sample-service API key for sample-user-8 claimed" in listed


def test_hostile_text_is_shown_and_never_works(tmp_path: Path) -> None:
    """Names and models are chosen by strangers; what they write must be read, not run, and must not hide."""
    entries, exchange = hostile_entries()
    with running(make_sources(write_book(tmp_path, entries.raw), tmp_path / "r.sqlite")) as visitor:
        for path in ("/", "/book", "/exchanges", f"/exchanges/{exchange}", "/models", f"/models/{SAMPLE_ARTIFACT}", "/gaps"):
            reply = visitor.ask(path)
            assert reply.status == 200, path
            assert (
                reply.text.count("<script") == reply.text.count('<script src="/vendored/htmx/htmx.min.js" defer></script>') == 1
            )
            for part in ("<img src=x", "onerror=alert(2)>", "\u202e", "\x00"):
                assert part not in reply.text
        shown = visitor.ask(f"/exchanges/{exchange}").text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert "\\u202egnp.exe\\x00{{7*7}}" in shown
        again = re.search(r'href="(/exchanges\?principal=[^"]+)"', visitor.ask("/exchanges").text)
        assert again is not None
        assert len(re.findall(r'href="/exchanges/x_', visitor.ask(again[1]).text)) == 1


def test_tampered_entry_is_said_on_its_page(tmp_path: Path) -> None:
    """The page recomputes; it does not repeat what it was told."""
    entries = SampleEntries(NOW)
    entries.started()
    exchange = entries.exchange()
    book = write_book(tmp_path, entries.raw)
    with running(make_sources(book, tmp_path / "r.sqlite")) as visitor:
        assert "does not check out" not in visitor.ask(f"/exchanges/{exchange}").words
        changed = entries.raw[1].replace(b"sample-service", b"sample-servant")
        tamper(book, "UPDATE entry SET bytes = ? WHERE idx = 1", (changed,))
        words = visitor.ask(f"/exchanges/{exchange}").words
        assert "This record does not check out." in words
        assert "The request entry at position 1" in words
        assert "do not give the leaf hash that the book keeps" in words
        tamper(book, "UPDATE entry SET bytes = ? WHERE idx = 2", (b"not an entry",))
        assert "The entry cannot be read" in visitor.ask(f"/exchanges/{exchange}").words


def test_book_of_another_key_is_said_on_the_first_page(tmp_path: Path) -> None:
    """A book put in this one's place looks sound to itself."""
    entries = SampleEntries(NOW)
    entries.started()
    book = write_book(tmp_path, entries.raw, signer=sample_signer(seed="somebody else"))
    with running(make_sources(book, tmp_path / "r.sqlite")) as visitor:
        for path in ("/", "/book"):
            assert "another signing key than the one this home pins" in visitor.ask(path).words


def test_unsigned_entries_are_counted_on_the_first_page(tmp_path: Path) -> None:
    """What no checkpoint covers can still be taken back unnoticed."""
    entries = SampleEntries(NOW)
    entries.started()
    exchange = entries.exchange()
    book = write_book(tmp_path, entries.raw, signed=1)
    with running(make_sources(book, tmp_path / "r.sqlite")) as visitor:
        assert "covers 1 entry; 2 entries not signed yet" in visitor.ask("/book").words
        assert "No signed checkpoint covers this entry yet." in visitor.ask(f"/exchanges/{exchange}").words
        assert visitor.ask(f"/exchanges/{exchange}/request.tlog-proof").status == 404


def test_empty_book_teaches_what_to_do(tmp_path: Path) -> None:
    """Every page stands, and says which command fills it."""
    with running(make_sources(write_book(tmp_path, []), tmp_path / "r.sqlite")) as visitor:
        replies = {path: visitor.ask(path) for path in ("/", "/book", "/exchanges", "/models", "/gaps")}
        assert {reply.status for reply in replies.values()} == {200}
        assert "proofbook key issue" in replies["/"].words
        assert "http://127.0.0.1:8400/v1" in replies["/exchanges"].words
        assert "proofbook collect model_store" in replies["/models"].words
        assert "none is signed yet" in replies["/book"].words
        assert "Nothing records into this book yet." in replies["/gaps"].words

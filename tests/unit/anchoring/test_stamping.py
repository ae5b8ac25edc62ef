"""Time stamps by a real authority: what checks out, and every way in which an answer does not."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proofbook.anchoring.stamping import check_stamp, fetch_stamp, read_trusted
from proofbook.errors import ConfigurationError, InputError, LimitExceeded, SourceUnavailable
from proofbook.openid.fetching import make_send
from proofbook.primitives.instants import parse_instant
from support.time_authority import TimeAuthority, answering, make_authority

DATA = b"sample checkpoint\n"
SEND = make_send(None, setting="test", seconds=20)


def test_a_stamp_checks_out_here_and_with_openssl(authority: TimeAuthority, tmp_path: Path) -> None:
    """What is kept is what `openssl ts -verify` takes, so nobody needs our program to check it."""
    trusted = read_trusted(authority.root)
    with answering(authority) as url:
        stamp = fetch_stamp(DATA, url, SEND, trusted)
    assert abs(parse_instant(stamp.time) - datetime.now(UTC)) < timedelta(minutes=5)
    assert (stamp.policy, stamp.serial.isdigit()) == ("1.2.3.4.1", True)
    assert check_stamp(stamp.reply, DATA, trusted) == stamp
    tmp_path.joinpath("data").write_bytes(DATA)
    tmp_path.joinpath("reply").write_bytes(stamp.reply)
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "reply", "-CAfile", str(authority.root)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_stamp_of_other_bytes_is_refused(authority: TimeAuthority) -> None:
    """A token says nothing about a checkpoint that it was not made for."""
    trusted = read_trusted(authority.root)
    with answering(authority) as url:
        stamp = fetch_stamp(DATA, url, SEND, trusted)
    with pytest.raises(InputError, match="does not check out"):
        check_stamp(stamp.reply, b"another checkpoint\n", trusted)


def test_a_stamp_by_another_authority_is_refused(authority: TimeAuthority, tmp_path: Path) -> None:
    """Anybody can make an authority with the same names."""
    stranger = make_authority(tmp_path / "stranger")
    with answering(stranger) as url, pytest.raises(InputError, match="does not check out"):
        fetch_stamp(DATA, url, SEND, read_trusted(authority.root))


def test_an_old_answer_that_is_sent_again_is_refused(authority: TimeAuthority) -> None:
    """The nonce ties an answer to this question."""
    trusted = read_trusted(authority.root)
    with answering(authority) as url:
        old = fetch_stamp(DATA, url, SEND, trusted).reply
    with answering(authority, body=old) as url, pytest.raises(InputError, match="does not check out"):
        fetch_stamp(DATA, url, SEND, trusted)


def test_every_changed_byte_is_noticed(authority: TimeAuthority) -> None:
    """At a sample of places all over the answer."""
    trusted = read_trusted(authority.root)
    with answering(authority) as url:
        reply = fetch_stamp(DATA, url, SEND, trusted).reply
    good = check_stamp(reply, DATA, trusted)
    for place in range(0, len(reply), 37):
        changed = reply[:place] + bytes((reply[place] ^ 0x21,)) + reply[place + 1 :]
        try:
            found = check_stamp(changed, DATA, trusted)
        except InputError:
            continue
        assert (found.time, found.serial, found.policy) == (good.time, good.serial, good.policy)  # only what nobody signed


@pytest.mark.parametrize("body", [b"", b"<html>", b"0\x03", b"\x30\x82\xff\xff"])
def test_what_is_no_answer_is_refused(authority: TimeAuthority, body: bytes) -> None:
    """A web server's error page, or half an answer."""
    with answering(authority, body=body) as url, pytest.raises(InputError):
        fetch_stamp(DATA, url, SEND, read_trusted(authority.root))


def test_an_answer_that_fits_no_entry_is_refused(authority: TimeAuthority) -> None:
    """A token must stand in the book beside what it is about."""
    with answering(authority, body=b"0" * 40_000) as url, pytest.raises(LimitExceeded):
        fetch_stamp(DATA, url, SEND, read_trusted(authority.root))


def test_a_failing_server_is_said_to_be_unavailable(authority: TimeAuthority) -> None:
    """It may succeed later."""
    with answering(authority, status=500, body=b"no") as url, pytest.raises(SourceUnavailable, match="500"):
        fetch_stamp(DATA, url, SEND, read_trusted(authority.root))


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    """Before anything is asked."""
    empty = tmp_path / "authority.pem"
    empty.write_text("nothing here\n")
    with pytest.raises(ConfigurationError, match=r"authority\.pem"):
        read_trusted(empty)
    with pytest.raises(ConfigurationError, match="missing"):
        read_trusted(tmp_path / "missing.pem")

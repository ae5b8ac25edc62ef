"""Settings: strict, named by path, documented where they are declared."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from proofbook.config.loading import explain, read_settings
from proofbook.config.settings import Settings
from proofbook.errors import ConfigurationError

MINIMAL = 'entity = "Sample Company"\n[book]\nfence = "/var/lib/sample-fence"\n'


def _read(folder: Path, text: str) -> Settings:
    (folder / "proofbook.toml").write_text(text)
    return read_settings(folder / "proofbook.toml")


def test_the_least_there_must_be_is_enough(tmp_path: Path) -> None:
    """Defaults listen on this machine only and erase nothing early."""
    settings = _read(tmp_path, MINIMAL)
    assert (settings.entity, settings.book.fence) == ("Sample Company", "/var/lib/sample-fence")
    assert (settings.gateway, settings.portal.host, settings.retention.default_days) == (None, "127.0.0.1", 400)


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    """Whole numbers where a number is meant, lists, tables in lists."""
    text = MINIMAL + (
        "checkpoint_seconds = 2\n[models]\npaths = ['/srv/models']\nwell_known = false\n"
        "[[engagements]]\nid = 'q1'\nfirst = '2026-01-01'\nlast = '2026-03-31'\nsystems = ['a', 'b']\n"
    )
    settings = _read(tmp_path, text)
    assert settings.book.checkpoint_seconds == 2.0
    assert type(settings.book.checkpoint_seconds) is float
    assert settings.models.paths == ("/srv/models",)
    assert settings.engagement("q1").systems == ("a", "b")
    assert settings.engagement("q1").period.zone == "UTC"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("entity = 'x'", r"key 'book' is missing"),
        ("[book]\nfence = 'f'", r"key 'entity' is missing"),
        ("entity = ' '\n[book]\nfence = 'f'", "entity is empty"),
        ("entity = 'x'\n[book]\n", r"key 'book\.fence' is missing"),
        (MINIMAL + "fense = 'x'", r"key 'book\.fense' is not known.*did you mean 'fence'"),
        ("portall = 1\n" + MINIMAL, r"key 'portall' is not known.*did you mean 'portal'"),
        ("zzz = 1\n" + MINIMAL, r"key 'zzz' is not known.*known: entity"),
        ("entity = 5\n[book]\nfence = 'f'", r"key 'entity' is a whole number, expected text"),
        ("entity = 'x'\nbook = 'f'", r"key 'book' is text, expected a table"),
        (MINIMAL + "[models]\npaths = 'x'", r"key 'models\.paths' is text, expected a list"),
        (MINIMAL + "[models]\npaths = [1]", r"key 'models\.paths\[0\]' is a whole number"),
        (MINIMAL + "[models]\nwell_known = 1", "expected true or false"),
        (MINIMAL + "[portal]\nport = true", r"key 'portal\.port' is true or false"),
        (MINIMAL + "[portal]\nport = 2026-01-01", "is date"),
        (MINIMAL + "[portal]\nzone = 'Nowhere'", r"portal\.zone: time zone 'Nowhere' is not known"),
        (MINIMAL + "checkpoint_seconds = 0", "checkpoint_seconds is 0"),
        (MINIMAL + "checkpoint_seconds = nan", "checkpoint_seconds is nan"),
        (MINIMAL + "checkpoint_seconds = 61.0", "at most 60"),
        (MINIMAL + "[retention]\ndefault_days = 0", "default_days is 0"),
        (MINIMAL + "[[engagements]]\nid = 'a'\nfirst = '2026-02-01'\nlast = '2026-01-01'", r"engagements\[a\].*before it starts"),
        (
            MINIMAL + "[[engagements]]\nid = 'a'\nfirst = '2026-01-01'\nlast = '2026-01-02'\n" * 2,
            "one id twice",
        ),
        ("entity = ", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_file_key_and_expectation(tmp_path: Path, text: str, words: str) -> None:
    """Nothing is guessed, nothing is ignored."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        _read(tmp_path, text)
    assert str(tmp_path / "proofbook.toml") in str(caught.value)


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    """The first thing everybody meets."""
    with pytest.raises(ConfigurationError, match=r"no configuration here.*init"):
        read_settings(tmp_path / "proofbook.toml")
    (tmp_path / "proofbook.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match=r"cannot be read|UTF-8"):
        read_settings(tmp_path / "proofbook.toml")


def test_an_engagement_that_is_not_configured_names_those_that_are(tmp_path: Path) -> None:
    """`--engagement` is typed by people."""
    settings = _read(tmp_path, MINIMAL)
    with pytest.raises(ConfigurationError, match=r"'q1' is not configured \(known: none\)"):
        settings.engagement("q1")


def test_every_setting_is_documented() -> None:
    """`config explain` has something to say for each of them."""
    found = {each.key: each for each in explain()}
    assert all(each.text for each in found.values())
    assert found["book.fence"].default is None
    assert found["book.checkpoint_seconds"].default == "1.0"
    assert found["portal.host"].default == '"127.0.0.1"'
    assert found["models.well_known"].default == "true"
    assert found["models.paths"].type == "list of text"
    assert found["engagements[]"].type == "list of tables"
    assert found["engagements[].first"].default is None


def test_documented_defaults_are_toml() -> None:
    """What is printed can be pasted."""
    for each in explain():
        if each.default not in {None, "not set"}:
            tomllib.loads(f"x = {each.default}")


def test_a_key_and_what_is_below_it_can_be_asked_for() -> None:
    """And a wrong one gets the nearest."""
    found = [each.key for each in explain("portal")]
    assert found[:2] == ["portal.host", "portal.port"]
    assert all(each.startswith("portal.") for each in found)
    assert [each.key for each in explain("portal.port")] == ["portal.port"]
    with pytest.raises(ConfigurationError, match=r"there is no setting 'portal\.prt'.*portal\.port"):
        explain("portal.prt")

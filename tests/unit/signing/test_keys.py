"""Key files: made once, kept from others, refused when they are not what they should be."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from proofbook.errors import ConfigurationError
from proofbook.signing.keys import file_uri, make_log_key, make_vault_key, open_log_signer, read_vault_key
from proofbook.tlog.note import Ed25519Verifier


def _write(path: Path, content: bytes, mode: int = 0o600) -> str:
    path.write_bytes(content)
    path.chmod(mode)
    return file_uri(path)


def test_a_log_key_signs_under_its_origin(tmp_path: Path) -> None:
    """And only its owner can read the file."""
    path = tmp_path / "keys" / "log.key"
    make_log_key(path)
    signer = open_log_signer(file_uri(path), "sample.example/book")
    Ed25519Verifier(signer.key).check_signature(b"text\n", signer.sign(b"text\n"))
    assert signer.key.name == "sample.example/book"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_log_key_can_be_read_with_ordinary_tools(tmp_path: Path) -> None:
    """PKCS #8 PEM: nobody is locked in."""
    make_log_key(tmp_path / "log.key")
    done = subprocess.run(
        ["openssl", "pkey", "-in", str(tmp_path / "log.key"), "-noout", "-text"], capture_output=True, check=True
    )
    assert b"ED25519" in done.stdout


def test_a_vault_key_comes_back(tmp_path: Path) -> None:
    """32 bytes, whatever they are."""
    make_vault_key(tmp_path / "vault.key", lambda count: bytes(range(count)))
    assert read_vault_key(file_uri(tmp_path / "vault.key")) == bytes(range(32))


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    """A second `init` must not orphan what the first one sealed."""
    make_vault_key(tmp_path / "vault.key", os.urandom)
    before = (tmp_path / "vault.key").read_bytes()
    with pytest.raises(ConfigurationError, match="never overwritten"):
        make_vault_key(tmp_path / "vault.key", os.urandom)
    assert (tmp_path / "vault.key").read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way, for one."""
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(ConfigurationError, match="keys: is not a folder"):
        make_log_key(tmp_path / "keys" / "log.key")
    with pytest.raises(ConfigurationError, match="key cannot be written"):
        make_log_key(tmp_path / "keys" / "below" / "log.key")


def test_half_a_key_is_not_left_behind(tmp_path: Path) -> None:
    """It would stand in the way of the next attempt and open nothing."""
    script = (
        "import resource, signal, sys; from pathlib import Path; from proofbook.signing.keys import make_log_key\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))\n"
        "make_log_key(Path(sys.argv[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "log.key")], capture_output=True, text=True, check=False)
    assert "ConfigurationError" in done.stderr
    assert "key cannot be written: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 20


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700 | 0o001])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The remedy is in the hint."""
    make_vault_key(tmp_path / "vault.key", os.urandom)
    (tmp_path / "vault.key").chmod(mode)
    with pytest.raises(ConfigurationError, match=r"may be read by others.*chmod 600"):
        read_vault_key(file_uri(tmp_path / "vault.key"))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Its target's permissions and owner are somebody else's."""
    make_vault_key(tmp_path / "real.key", os.urandom)
    (tmp_path / "vault.key").symlink_to(tmp_path / "real.key")
    with pytest.raises(ConfigurationError, match="key cannot be read"):
        read_vault_key(file_uri(tmp_path / "vault.key"))


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    """With the path, without a traceback."""
    with pytest.raises(ConfigurationError, match=r"log\.key: key cannot be read: No such file"):
        open_log_signer(file_uri(tmp_path / "log.key"), "sample.example/book")


@pytest.mark.parametrize("uri", ["", "keys/log.key", "file:", "vault:secret/log", "FILE:/x", "https://example/key"])
def test_other_schemes_are_refused_by_name(uri: str) -> None:
    """A typo never falls back to something weaker."""
    with pytest.raises(ConfigurationError, match=r"no such key scheme.*file:<path>"):
        read_vault_key(uri)


def test_a_scheme_is_cut_short_in_the_message() -> None:
    """Whatever was pasted in its place may be a secret."""
    with pytest.raises(ConfigurationError) as caught:
        read_vault_key("s3cr3t-that-was-pasted-here-by-mistake")
    assert "mistake" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"proofbook-vault-key/1 ", b"proofbook-vault-key/1 AAAA\n", b"A" * 44, b"\xff\xfe", b"x" * 20_000]
)
def test_what_is_no_vault_key_is_refused_without_showing_it(tmp_path: Path, content: bytes) -> None:
    """Truncated, without label, binary or huge."""
    uri = _write(tmp_path / "vault.key", content)
    with pytest.raises(ConfigurationError, match="is not a vault key") as caught:
        read_vault_key(uri)
    assert "AAAA" not in str(caught.value)


def test_what_is_no_log_key_is_refused(tmp_path: Path) -> None:
    """Not PEM, or another algorithm."""
    elliptic = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content, words in ((b"not a key", "not a PEM private key"), (elliptic, "not an Ed25519 key")):
        uri = _write(tmp_path / "log.key", content)
        with pytest.raises(ConfigurationError, match=words):
            open_log_signer(uri, "sample.example/book")

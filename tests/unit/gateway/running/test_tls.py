"""A certificate that will not do is found before the gateway serves anybody, and the operator learns which file it is."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proofbook.errors import ConfigurationError
from proofbook.gateway.running.operation_settings import TlsSettings
from proofbook.gateway.running.tls import make_server_context
from support.certificates import Authority, Files

NOW = datetime.now(UTC)


def _settings(files: Files) -> TlsSettings:
    return TlsSettings(str(files.certificate), str(files.key))


def _refusal(settings: TlsSettings) -> str:
    with pytest.raises(ConfigurationError) as caught:
        make_server_context(settings, NOW)
    return caught.value.message


def test_sound_files_make_a_context_of_tls_1_2_and_newer(tmp_path: Path) -> None:
    """Older versions are broken; no certificate is asked of clients unless an authority is named."""
    authority = Authority(tmp_path)
    settings = _settings(authority.issue("server"))
    context = make_server_context(settings, NOW)
    assert (context.minimum_version, context.verify_mode) == (ssl.TLSVersion.TLSv1_2, ssl.CERT_NONE)
    asked = replace(settings, client_ca_file=str(authority.file))
    assert make_server_context(asked, NOW).verify_mode is ssl.CERT_OPTIONAL
    assert make_server_context(replace(asked, client_certificates="required"), NOW).verify_mode is ssl.CERT_REQUIRED


def test_files_that_are_not_what_they_should_be_are_named_with_their_field(tmp_path: Path) -> None:
    """`ssl.SSLError: [SSL] PEM lib` helps nobody at three in the morning."""
    sound = Authority(tmp_path).issue("server")
    settings, odd = _settings(sound), tmp_path / "odd.pem"
    odd.write_text("nothing of the sort")
    odd.chmod(0o600)
    missing = str(tmp_path / "missing.pem")
    assert f"gateway.tls.certificate_file {missing}: cannot be read" in _refusal(replace(settings, certificate_file=missing))
    assert f"gateway.tls.certificate_file {odd}: holds no PEM" in _refusal(replace(settings, certificate_file=str(odd)))
    assert f"gateway.tls.key_file {odd}: holds no PEM" in _refusal(replace(settings, key_file=str(odd)))
    assert f"gateway.tls.client_ca_file {odd}: holds no PEM" in _refusal(replace(settings, client_ca_file=str(odd)))


def test_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    """A renewal that replaced one file of two."""
    authority = Authority(tmp_path)
    first, second = authority.issue("first"), authority.issue("second")
    assert "is not the key of the certificate" in _refusal(TlsSettings(str(first.certificate), str(second.key)))


def test_certificate_out_of_its_time_is_refused_with_the_instant(tmp_path: Path) -> None:
    """Every client would refuse it, each in words of its own."""
    authority = Authority(tmp_path)
    past = authority.issue("past", since=timedelta(days=-9), days=8)
    future = authority.issue("future", since=timedelta(hours=1))
    assert "expired at" in _refusal(_settings(past))
    assert "valid only from" in _refusal(_settings(future))


def test_key_that_needs_a_passphrase_or_that_all_may_read_is_refused(tmp_path: Path) -> None:
    """Nobody is there to type one; and a key that everybody can read is nobody's."""
    authority = Authority(tmp_path)
    locked, open_to_all = authority.issue("locked", passphrase=b"sample"), authority.issue("open")
    open_to_all.key.chmod(0o644)
    assert "needs a passphrase" in _refusal(_settings(locked))
    assert "everybody on this machine may read it" in _refusal(_settings(open_to_all))


def test_required_client_certificates_need_an_authority() -> None:
    """Required of nobody in particular would be required of nobody."""
    with pytest.raises(ConfigurationError, match="client_ca_file"):
        TlsSettings("a", "b", client_certificates="required")

"""What the files of a model say about themselves, gathered under one roof and marked as their own words.

Promises: nothing here is checked or inferred; every value is verbatim (cut and made printable); a card, a configuration or a
header that cannot be read is a finding. Executable hooks in a configuration (`auto_map`) are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from proofbook.collectors.model_store.examining import Examined
from proofbook.collectors.wording import finding, plain, plain_mapping
from proofbook.errors import InputError, UnavailableError
from proofbook.records.provenance import Finding
from proofbook.weights.card import ModelCard, read_card
from proofbook.weights.gguf import GgufMetadata
from proofbook.weights.gguf_types import file_type_name
from proofbook.weights.licences import normalise_licence
from proofbook.weights.opening import read_small_file
from proofbook.weights.safetensors import parse_json_strictly

MAX_CONFIG_BYTES = 4 * 1024 * 1024
MAX_STATEMENTS = 48
MAX_STATEMENT = 300
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Statements:
    """Self-declared facts; `unknown` where the files say nothing."""

    architecture: str
    parameters: str
    quantization: str
    license: str
    license_certain: bool
    base_model: str
    converter: str
    publisher: str
    template_sha256: str | None
    """Of the template inside the weights; a template in a file of its own is hashed as a file."""
    declared: Mapping[str, str]
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Gathering:
    declared: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def first(self, *keys: str) -> str:
        """The first of these that is declared."""
        return next((self.declared[key] for key in keys if self.declared.get(key)), _UNKNOWN)


def gather_statements(files: Sequence[Examined]) -> Statements:
    """All statements of the files of one model."""
    into = _Gathering()
    headers = [item.gguf for item in files if item.gguf is not None]
    if headers:
        _from_gguf(headers[0], into)
    for item in files:
        if item.tensors is not None:
            into.declared |= {f"safetensors.{key}": value for key, value in item.tensors.metadata.items()}
            break
    for item in files:
        _from_side_file(item, into)
    spdx, certain = normalise_licence(into.first("card.license", "gguf.general.license", "safetensors.license"))
    declared = plain_mapping(into.declared, entries=MAX_STATEMENTS, cap=MAX_STATEMENT)
    return Statements(
        architecture=plain(into.first("gguf.general.architecture", "config.architectures", "config.model_type"), 120),
        parameters=_parameters(files),
        quantization=_quantization(files, into),
        license=plain(spdx, 200),
        license_certain=certain,
        base_model=plain(
            into.first("card.base_model", "gguf.base_models", "adapter.base_model", "safetensors.base_model"), MAX_STATEMENT
        ),
        converter=plain(into.first("gguf.general.quantized_by"), 200),
        publisher=plain(into.first("gguf.general.organization", "gguf.general.author"), 200),
        template_sha256=_template(headers),
        declared=declared,
        findings=tuple(into.findings),
    )


def _from_gguf(header: GgufMetadata, into: _Gathering) -> None:
    architecture = header.text("general.architecture") or ""
    wanted = ("general.", "split.", f"{architecture}.context_length")
    for key, value in header.values.items():
        if not key.startswith(wanted):
            continue
        if isinstance(value, str):
            into.declared[f"gguf.{key}"] = value
        elif isinstance(value, tuple):
            into.declared[f"gguf.{key}"] = ", ".join(value)
    number = header.text("general.base_model.count")
    if number is not None:
        names = [_base_model(header, position) for position in range(min(int(number), 8) if number.isdecimal() else 0)]
        into.declared["gguf.base_models"] = ", ".join(name for name in names if name)


def _base_model(header: GgufMetadata, position: int) -> str:
    prefix = f"general.base_model.{position}"
    return header.text(f"{prefix}.repo_url") or header.text(f"{prefix}.name") or ""


def _from_side_file(item: Examined, into: _Gathering) -> None:
    name = PurePosixPath(item.file.path).name
    try:
        if name == "README.md" and "/" not in item.file.path:
            card = read_card(item.file.location)
            into.declared |= {} if card is None else _card_statements(card)
        elif name == "config.json" and "/" not in item.file.path:
            config = _read_json(item)
            into.declared |= _config_statements(config)
            if "auto_map" in config:
                into.findings.append(
                    finding("auto_map", "the configuration names Python to be imported on loading", item.file.path)
                )
        elif name == "tokenizer_config.json" and "auto_map" in _read_json(item):
            into.findings.append(finding("auto_map", "the tokenizer names Python to be imported on loading", item.file.path))
        elif name == "adapter_config.json":
            _from_adapter(_read_json(item), item.file.path, into)
    except (InputError, UnavailableError) as error:
        into.findings.append(finding("malformed_file", error.message, item.file.path))


def _read_json(item: Examined) -> Mapping[str, Any]:
    value = parse_json_strictly(read_small_file(item.file.location, MAX_CONFIG_BYTES), name=item.file.path)
    return value if isinstance(value, dict) else {}


def _card_statements(card: ModelCard) -> dict[str, str]:
    stated = {
        "card.license": card.license,
        "card.license_name": card.license_name,
        "card.license_link": card.license_link,
        "card.base_model": ", ".join(card.base_models) or _UNKNOWN,
        "card.base_model_relation": card.base_model_relation,
        "card.datasets": ", ".join(card.datasets) or _UNKNOWN,
        "card.library": card.library,
    }
    return {key: value for key, value in stated.items() if value != _UNKNOWN}


def _config_statements(config: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in ("model_type", "torch_dtype", "dtype", "transformers_version", "_name_or_path"):
        if isinstance(config.get(key), str):
            found[f"config.{key}"] = config[key]
    architectures = config.get("architectures")
    if isinstance(architectures, list):
        found["config.architectures"] = ", ".join(item for item in architectures[:8] if isinstance(item, str))
    quantization = config.get("quantization_config")
    if isinstance(quantization, dict) and isinstance(quantization.get("quant_method"), str):
        bits = quantization.get("bits")
        found["config.quantization"] = quantization["quant_method"] + (f", {bits} bits" if type(bits) is int else "")
    return found


def _from_adapter(config: Mapping[str, Any], path: str, into: _Gathering) -> None:
    base, revision = config.get("base_model_name_or_path"), config.get("revision")
    if isinstance(base, str):
        into.declared["adapter.base_model"] = base
    if isinstance(revision, str):
        into.declared["adapter.base_revision"] = revision
    else:
        into.findings.append(finding("adapter_base_unpinned", "the adapter names its base model without a revision", path))


def _parameters(files: Sequence[Examined]) -> str:
    counts = [item.gguf.parameters for item in files if item.gguf is not None and item.role == "weights"]
    counts += [item.tensors.parameters for item in files if item.tensors is not None and item.role == "weights"]
    weights = [item for item in files if item.role == "weights"]
    return str(sum(counts)) if counts and len(counts) == len(weights) else _UNKNOWN


def _quantization(files: Sequence[Examined], into: _Gathering) -> str:
    histogram: dict[str, int] = {}
    for item in files:
        types = item.gguf.tensor_types if item.gguf else item.tensors.dtypes if item.tensors else {}
        for name, count in types.items():
            histogram[name] = histogram.get(name, 0) + count
    tensors = ", ".join(f"{name} x{count}" for name, count in sorted(histogram.items(), key=lambda pair: -pair[1])[:8])
    number = into.declared.get("gguf.general.file_type")
    stated = file_type_name(number) if number is not None else into.declared.get("config.quantization", "")
    words = [word for word in (f"declared {stated}" if stated else "", f"tensors {tensors}" if tensors else "") if word]
    return plain("; ".join(words), MAX_STATEMENT) or _UNKNOWN


def _template(headers: Sequence[GgufMetadata]) -> str | None:
    """The hash of the template inside a GGUF; templates in files of their own are hashed as files."""
    for header in headers:
        for key, digest in header.templates:
            if key == "tokenizer.chat_template":
                return digest
    return None

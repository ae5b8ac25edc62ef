"""One file of a model, looked into as far as its format allows: what it is, which part it plays, what it says about itself.

Promises: the format comes from content, the role from content first and name second; a malformed file is a finding and keeps its
place in the record. Runs nothing. Hostile input is met by the bounded readers of `weights`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from proofbook.collectors.model_store.walking import FoundFile
from proofbook.collectors.wording import finding
from proofbook.errors import InputError, UnavailableError
from proofbook.primitives.verdict import Unmet
from proofbook.records.provenance import Finding
from proofbook.weights.gguf import GgufMetadata, read_gguf
from proofbook.weights.pickles import PickleImports, list_pickle_imports
from proofbook.weights.safetensors import SafetensorsHeader, read_safetensors
from proofbook.weights.sniff import CODE_EXECUTING, FileFormat, sniff_file

Role: TypeAlias = Literal[
    "weights",
    "adapter",
    "projector",
    "tokenizer",
    "template",
    "behaviour",
    "config",
    "code",
    "card",
    "license",
    "signature",
    "other",
]

WEIGHT_ROLES: frozenset[Role] = frozenset({"weights", "adapter", "projector"})
BEHAVIOUR_ROLES: frozenset[Role] = frozenset({"tokenizer", "template", "behaviour", "config", "code"})

_PICKLE_NAMES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz", ".h5", ".mdl", ".msc")
_TOKENIZER_NAMES = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "merges.txt", "added_tokens.json")
_CONFIG_NAMES = ("config.json", "adapter_config.json", "model_index.json", "modules.json", "preprocessor_config.json")


@dataclass(frozen=True, slots=True)
class Examined:
    """A file with what could be read out of it; `findings` name what is wrong with it."""

    file: FoundFile
    format: FileFormat
    role: Role
    gguf: GgufMetadata | None = None
    tensors: SafetensorsHeader | None = None
    imports: PickleImports | None = None
    findings: tuple[Finding, ...] = ()


def examine_file(file: FoundFile, *, role: Role | None = None) -> Examined:
    """Look into `file`; `role` is stated where the store itself names the part."""
    try:
        form = sniff_file(file.location)
    except (InputError, UnavailableError) as error:
        return Examined(
            file, FileFormat.UNKNOWN, role or role_of_name(file.path), findings=(finding("unreadable", error.message, file.path),)
        )
    try:
        return _look_into(file, form, role)
    except (InputError, UnavailableError) as error:
        problem = finding("malformed_file", error.message, file.path)
        return Examined(file, form, role or _role(file.path, form), findings=(problem,))


def role_of_name(path: str) -> Role:
    """The part a file plays by its name, as the public repositories name them."""
    name = PurePosixPath(path).name.lower()
    exact = _EXACT.get(name)
    if exact is not None:
        return exact
    if name.startswith(("license", "licence", "notice", "use_policy", "copying")):
        return "license"
    if name.endswith((".sig", ".sigstore", ".sigstore.json", ".asc")):
        return "signature"
    if name.endswith((".py", ".so", ".dll", ".sh")):
        return "code"
    if name.endswith(".jinja") or "chat_template" in name:
        return "template"
    if name.endswith((".safetensors", ".gguf", *_PICKLE_NAMES)):
        return "adapter" if name.startswith("adapter_") else "weights"
    return "card" if name.startswith("readme") else "other"


_EXACT: dict[str, Role] = {
    **dict.fromkeys(_TOKENIZER_NAMES, "tokenizer"),
    **dict.fromkeys(_CONFIG_NAMES, "config"),
    "tokenizer_config.json": "template",
    "special_tokens_map.json": "tokenizer",
    "generation_config.json": "behaviour",
    "preset.ini": "behaviour",
}


def _role(path: str, form: FileFormat, gguf: GgufMetadata | None = None) -> Role:
    named = role_of_name(path)
    if gguf is not None:
        kind = (gguf.text("general.type") or "").lower()
        if kind == "adapter" or named == "adapter":
            return "adapter"
        projects = kind in {"mmproj", "projector"} or gguf.text("general.architecture") == "clip"
        return "projector" if projects else "weights"
    if form in {FileFormat.GGUF, FileFormat.SAFETENSORS}:
        return "adapter" if named == "adapter" else "weights"
    if form in CODE_EXECUTING:
        return named if named in {"adapter", "other", "weights"} and form is not FileFormat.PICKLE else _pickle_role(named)
    return named


def _pickle_role(named: Role) -> Role:
    return named if named in {"adapter", "weights"} else "code"


def _look_into(file: FoundFile, form: FileFormat, role: Role | None) -> Examined:
    if form is FileFormat.GGUF:
        gguf = read_gguf(file.location)
        extent = gguf.assess_extent()
        problems = (finding("tensor_extent_beyond_file", extent.reasons[0], file.path),) if isinstance(extent, Unmet) else ()
        return Examined(file, form, role or _role(file.path, form, gguf), gguf=gguf, findings=problems)
    if form is FileFormat.SAFETENSORS:
        return Examined(file, form, role or _role(file.path, form), tensors=read_safetensors(file.location))
    if form in CODE_EXECUTING:
        return _executing(file, form, role or _role(file.path, form))
    if form is FileFormat.UNKNOWN and file.path.lower().endswith((".safetensors", ".gguf")):
        problem = finding("format_differs_from_name", "is not of the format its name says", file.path)
        return Examined(file, form, role or role_of_name(file.path), findings=(problem,))
    return Examined(file, form, role or _role(file.path, form))


def _executing(file: FoundFile, form: FileFormat, role: Role) -> Examined:
    problems = [finding("code_executing_format", f"{form.value}: its usual loader may run code the file carries", file.path)]
    if file.path.lower().endswith((".safetensors", ".gguf", ".json", ".txt")):
        problems.append(finding("format_differs_from_name", f"is {form.value} by content", file.path))
    if form not in {FileFormat.PICKLE, FileFormat.ZIP}:
        return Examined(file, form, role, findings=tuple(problems))
    return Examined(file, form, role, imports=list_pickle_imports(file.location), findings=tuple(problems))

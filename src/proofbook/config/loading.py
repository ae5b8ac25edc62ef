"""TOML -> the frozen settings tree, strictly: unknown keys are refused, wrong types are named by path, nothing is guessed.

The environment is not read here or anywhere else; secrets are file paths in the tree. `explain` gives a field's own
documentation. Errors are `ConfigurationError` with file, key and what was expected.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import sys
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from proofbook.config.settings import Settings
from proofbook.errors import ConfigurationError

T = TypeVar("T")
_READABLE: Final = "it must be a file that this user may read"
_POSITION: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Explained:
    """One setting: dotted key, type in words, default in TOML spelling (None: required), documentation."""

    key: str
    type: str
    default: str | None
    text: str


def read_settings(path: Path) -> Settings:
    """The settings in a home's TOML file. Raises ConfigurationError as `read_file` does."""
    return read_file(path, Settings, missing="run `proofbook init`, or name the home with --home")


def read_file(path: Path, kind: type[T], *, missing: str) -> T:
    """The settings in a TOML file, as a settings class; `missing` says what to do when there is none.

    Raises:
        ConfigurationError: missing, not TOML, unknown key, wrong type or value; names file and key.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: there is no configuration here", hint=missing) from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}", hint=_READABLE) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text, from byte {error.start} on", hint="save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: is not TOML: {error}", hint="correct that line; texts stand in quotes") from error
    try:
        return _build(kind, table, "")
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error.message}", hint=error.hint) from error


def explain(key: str | None = None, kind: type = Settings) -> tuple[Explained, ...]:
    """Every setting, or those at and below `key`; `[]` after the name of a table that repeats may be left out.

    Raises ConfigurationError when there is no such key.
    """
    wanted = None if key is None else key.replace("[]", "") + "."
    found = tuple(item for item in _explain(kind, "") if wanted is None or f"{item.key}.".replace("[]", "").startswith(wanted))
    if not found:
        raise ConfigurationError(
            f"there is no setting {key!r}", hint=_nearest(str(key), [item.key for item in _explain(kind, "")])
        )
    return found


def _build(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    known = {each.name: each for each in _fields(kind)}
    for name in table:
        if name not in known:
            raise ConfigurationError(f"key {_join(where, name)!r} is not known", hint=_nearest(name, list(known)))
    hints = get_type_hints(kind)
    values = {name: _convert(hints[name], value, _join(where, name)) for name, value in table.items()}
    for name, each in known.items():
        if name not in values and each.default is MISSING and each.default_factory is MISSING:
            raise ConfigurationError(f"key {_join(where, name)!r} is missing", hint=f"add it: {_docs(kind)[name]}")
    return kind(**values)


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, _expect(value, dict, where), where)
    if origin is tuple:
        items = _expect(value, list, where)
        return tuple(_convert(arguments[0], item, f"{where}[{position}]") for position, item in enumerate(items))
    if origin is Literal:
        if value not in arguments:
            raise ConfigurationError(f"key {where!r} is {value!r}", hint=f"use one of {', '.join(map(repr, arguments))}")
        return value
    if origin in {Union, types.UnionType}:
        return _convert(next(each for each in arguments if each is not type(None)), value, where)
    if hint is float and type(value) is int:
        return float(value)
    return _expect(value, hint, where)


def _expect(value: Any, kind: type, where: str) -> Any:
    if type(value) is not kind:
        raise ConfigurationError(
            f"key {where!r} is {_words(type(value))}, expected {_words(kind)}",
            hint=f"see `proofbook config explain {_POSITION.sub('[]', where)}`",
        )
    return value


def _explain(kind: type, where: str) -> Iterator[Explained]:
    hints, docs = get_type_hints(kind), _docs(kind)
    for each in _fields(kind):
        key, hint = _join(where, each.name), hints[each.name]
        inner = next((item for item in get_args(hint) if is_dataclass(item)), None)
        table = hint if is_dataclass(hint) else inner if get_origin(hint) is not tuple else None
        if isinstance(table, type):
            yield from _explain(table, key)
        elif isinstance(inner, type):
            yield Explained(f"{key}[]", "list of tables", _default(each), docs[each.name])
            yield from _explain(inner, f"{key}[]")
        else:
            yield Explained(key, _type_words(hint), _default(each), docs[each.name])


def _default(each: Field[Any]) -> str | None:
    if each.default is MISSING and each.default_factory is MISSING:
        return None
    value = each.default_factory() if each.default_factory is not MISSING else each.default
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return "not set" if value is None else str(value)


def _docs(kind: type) -> dict[str, str]:
    """Attribute docstrings: the string that follows each field in the source."""
    tree = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__)
    found: dict[str, str] = {}
    for before, after in itertools.pairwise(body):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(after, ast.Expr):
            found[before.target.id] = inspect.cleandoc(str(ast.literal_eval(after.value)))
    return found


def _fields(kind: type) -> tuple[Field[Any], ...]:
    return fields(kind)


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _nearest(name: str, known: list[str]) -> str:
    import difflib  # only for a wrong name

    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known[:20])}"


def _words(kind: type) -> str:
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}
    return names.get(kind, kind.__name__)


def _type_words(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return "one of " + ", ".join(map(str, arguments))
    if origin is tuple:
        return f"list of {_type_words(arguments[0])}"
    if origin in {Union, types.UnionType}:
        return _type_words(next(each for each in arguments if each is not type(None)))
    return _words(hint)

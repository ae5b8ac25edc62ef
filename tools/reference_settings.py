"""The page of settings, from the settings' own documentation."""

from __future__ import annotations

from proofbook.config.loading import Explained, explain
from proofbook.witness.settings import WitnessProgramSettings

_HEAD = """# Settings

Everything `proofbook.toml` may say. A key that is not here is refused, so a misspelt setting cannot be silently ignored.
No setting turns recording off. Secrets are never in the file: settings that need one name the file it is in.

`proofbook config check` prints the settings in force; `proofbook config explain KEY` prints one of these rows.
A table in double brackets may be repeated.
"""
_WITNESS = (
    """Everything `witness.toml` in the folder of a [witness](witness.md) may say; it has nothing to do with `proofbook.toml`."""
)
_LIST = "[]"


def format_settings() -> str:
    """The page: one section for each table of the file, outer tables before inner ones."""
    rows = explain()
    repeated = {row.key.removesuffix(_LIST): row for row in rows if row.key.endswith(_LIST)}
    tables: dict[str, list[Explained]] = {}
    for row in rows:
        if not row.key.endswith(_LIST):
            tables.setdefault(row.key.rpartition(".")[0], []).append(row)
    order = list(dict.fromkeys(name.partition(".")[0] for name in tables))
    lines = [_HEAD]
    for name in sorted(tables, key=lambda name: (order.index(name.partition(".")[0]), name.count("."))):
        lines += _section(name.replace(_LIST, ""), tables[name], repeated)
    lines += _witness()
    return "\n".join(lines)


def _witness() -> list[str]:
    """What a witness's own file may say: it is another file in another folder."""
    rows = explain(kind=WitnessProgramSettings)
    own = {row.key.removesuffix(_LIST): row for row in rows if row.key.endswith(_LIST)}
    top = [row for row in rows if "." not in row.key and not row.key.endswith(_LIST)]
    logs = [row for row in rows if row.key.startswith("logs[].")]
    title, *rest = _section("", top, {})
    return ["# A witness", "", _WITNESS, "", title.replace("the file", "`witness.toml`"), *rest, *_section("logs", logs, own)]


def _section(name: str, rows: list[Explained], repeated: dict[str, Explained]) -> list[str]:
    own = repeated.get(name)
    title = "The top of the file" if not name else f"`[{name}]`" if own is None else f"`[[{name}]]`"
    lines = [f"## {title}", ""]
    if own is not None:
        lines += [_flat(own.text), ""]
    lines += ["| Key | Value | Default | Meaning |", "|---|---|---|---|"]
    for row in rows:
        default = "required" if row.default is None else "" if row.default == "not set" else f"`{row.default}`"
        lines.append(f"| `{row.key.rpartition('.')[2]}` | {_flat(row.type)} | {default} | {_flat(row.text)} |")
    return [*lines, ""]


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

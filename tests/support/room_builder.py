"""Builds small valid evidence rooms in plain code of its own, and seals changed ones again, with or without the key.

It follows docs/formats/room.md and shares nothing with the exporter; only the text of the verifier that lies in the room comes from
the program. Sample data throughout.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from proofbook.verify.compose import compose_verifier
from support.sample_ledger import Ledger, NoteKey, b64, encode, leaf_of, sample_ledger, tree_root

FRONT = "00_README_and_index"
BOOK = "10_IPE_and_tool_assurance/book"
UNLISTED = {f"{FRONT}/{name}" for name in ("SHA256SUMS", "manifest.json", "manifest.sig", "run.json", "run.sig")}
PERIOD = {
    "first": "2026-11-01",
    "last": "2026-11-30",
    "zone": "UTC",
    "start": "2026-11-01T00:00:00.000000Z",
    "end": "2026-12-01T00:00:00.000000Z",
}
ABSENT = object()


def column(name: str, path: str, source: str = "base", **more: Any) -> dict[str, Any]:
    """One column of a definition."""
    return {"name": name, "from": source, "path": path, "type": "text", "meaning": f"sample: {name}", "unit": "none", **more}


ENTRY_COLUMNS = [column("entry", "#id"), column("index", "#index"), column("leaf", "#leaf")]

DEFINITIONS: dict[str, dict[str, Any]] = {
    "POP-07": {
        "tables": [
            {
                "name": "artifacts",
                "base": {"kind": "model.artifact", "where": [], "latest_by": "subject"},
                "join": None,
                "period": None,
                "columns": [*ENTRY_COLUMNS, column("name", "body.name"), column("license", "body.license", absent="unknown")],
            }
        ]
    },
    "POP-15": {
        "tables": [
            {
                "name": "interactions",
                "base": {
                    "kind": "exchange.request",
                    "where": [{"path": "body.protocol", "in": ["openai.chat", "openai.completions"]}],
                    "latest_by": None,
                },
                "join": {"kind": "exchange.response", "on": "body.exchange"},
                "period": "occurred",
                "columns": [
                    *ENTRY_COLUMNS,
                    column("number", "source.seq"),
                    column("system", "body.system"),
                    column("stream", "body.stream"),
                    column("messages", "body.messages"),
                    column("user", "body.claimed_user.value", absent="no_user_claimed"),
                    column("parameters", "body.parameters"),
                    column("state", "body.state", "join", absent="no_response_recorded"),
                    column("tokens", "body.usage.completion_tokens", "join", absent="unknown"),
                    column("answer", "#id", "join", absent="no_response_recorded"),
                ],
            },
            {
                "name": "refusals",
                "base": {"kind": "exchange.refused", "where": [], "latest_by": None},
                "join": None,
                "period": "occurred",
                "columns": [*ENTRY_COLUMNS, column("detail", "body.detail"), column("status", "body.http_status")],
            },
        ]
    },
}
FOLDERS = {"POP-07": "04_Populations/POP-07_model-artifacts", "POP-15": "04_Populations/POP-15_ai-interactions"}


@dataclass
class Plan:
    """What to build. Tests change a field and build, so that a rebuilt room is consistent in itself."""

    ledger: Ledger = field(default_factory=sample_ledger)
    earlier: tuple[int, ...] = (1, 100, 200)
    witnesses: tuple[NoteKey, ...] = ()
    keys: list[dict[str, Any]] | None = None
    signers: dict[int, NoteKey] = field(default_factory=dict)
    definitions: dict[str, dict[str, Any]] = field(default_factory=lambda: json.loads(json.dumps(DEFINITIONS)))
    header: dict[str, Any] = field(default_factory=dict)
    period: dict[str, str] = field(default_factory=lambda: dict(PERIOD))

    @property
    def size(self) -> int:
        return len(self.ledger.entries)

    @property
    def key(self) -> NoteKey:
        """The key in force at the end."""
        return self.signers.get(self.size, self.ledger.key)


def build_room(folder: Path, plan: Plan | None = None) -> Plan:
    """Writes a whole valid room and gives back the plan."""
    plan = plan or Plan()
    write_book(folder, plan)
    manifest: dict[str, Any] = {"populations": [], "artifacts": write_artifacts(folder, plan)}
    for name, definition in plan.definitions.items():
        manifest["populations"].append(write_population(folder, plan, name, definition))
    for name, text in (("README.md", "Sample room.\n"), ("how-to-verify.md", "Sample.\n"), ("index.html", "<p>Sample</p>\n")):
        put(folder, f"{FRONT}/{name}", text.encode())
    put(folder, f"{FRONT}/verify.py", compose_verifier().encode())
    put(folder, f"{FRONT}/run.json", encode({"exported_at": "2026-12-02T08:00:00.000000Z", "run_by": "sample"}) + b"\n")
    seal(folder, plan, manifest)
    return plan


def seal(folder: Path, plan: Plan, parts: dict[str, Any], *, key: NoteKey | None = None) -> None:
    """Index, manifest, sums and both signatures over whatever lies in the folder."""
    (folder / FRONT / "index.csv").unlink(missing_ok=True)
    put(folder, f"{FRONT}/index.csv", b"")
    ids = {path: f"EV-{number:04d}" for number, path in enumerate(listed_paths(folder), 1)}
    put(folder, f"{FRONT}/index.csv", index_csv(folder, ids, parts))
    head = {"size": plan.size, "root": tree_root(plan.ledger.leaves).hex()}
    manifest = {
        "format": "proofbook-room/1",
        "origin": plan.ledger.key.name,
        "entity": "Sample Ltd",
        "engagement": "sample-2026",
        "period": plan.period,
        "checkpoint": head,
        "omissions": [{"what": "index.pdf", "why": "sample"}],
        "withheld": ["content of exchanges"],
        "shredded": 1,
        "files": [file_row(folder, path, ids[path]) for path in ids],
        **parts,
    }
    put(folder, f"{FRONT}/manifest.json", encode(manifest) + b"\n")
    put(folder, f"{FRONT}/SHA256SUMS", sums(manifest))
    sign(folder, key or plan.key, manifest)


def rehash(folder: Path) -> None:
    """What somebody without the key can do: manifest, SHA256SUMS and index.csv made to fit the changed files, signatures left."""
    manifest = json.loads((folder / FRONT / "manifest.json").read_bytes())
    ids = {path: f"EV-{number:04d}" for number, path in enumerate(listed_paths(folder), 1)}
    put(folder, f"{FRONT}/index.csv", index_csv(folder, ids, manifest))
    manifest["files"] = [file_row(folder, path, ids[path]) for path in ids]
    put(folder, f"{FRONT}/manifest.json", encode(manifest) + b"\n")
    put(folder, f"{FRONT}/SHA256SUMS", sums(manifest))


def sign(folder: Path, key: NoteKey, manifest: dict[str, Any]) -> None:
    """manifest.sig and run.sig over the bytes that lie there."""
    digest = {
        name: sha256((folder / FRONT / name).read_bytes()).hexdigest() for name in ("manifest.json", "SHA256SUMS", "run.json")
    }
    head = manifest["checkpoint"]
    lines = (
        f"{key.name}/room",
        digest["manifest.json"],
        digest["SHA256SUMS"],
        str(head["size"]),
        b64(bytes.fromhex(head["root"])),
    )
    put(folder, f"{FRONT}/manifest.sig", key.note("".join(f"{line}\n" for line in lines).encode()))
    put(folder, f"{FRONT}/run.sig", key.note(f"{key.name}/run\n{digest['run.json']}\n{digest['manifest.json']}\n".encode()))


def put(folder: Path, path: str, data: bytes) -> None:
    """Writes one file of the room."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


def listed_paths(folder: Path) -> list[str]:
    """The paths a manifest lists, in order."""
    found = (each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    return sorted((path for path in found if path not in UNLISTED), key=str.encode)


def file_row(folder: Path, path: str, evidence: str) -> dict[str, Any]:
    """One row of `files` in the manifest."""
    data = (folder / path).read_bytes()
    return {
        "path": path,
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
        "title": f"Sample {path}",
        "id": evidence,
        "about": "index",
    }


def sums(manifest: dict[str, Any]) -> bytes:
    """SHA256SUMS for a manifest."""
    return "".join(f"{row['sha256']}  {row['path']}\n" for row in manifest["files"]).encode()


def index_csv(folder: Path, ids: dict[str, str], parts: dict[str, Any]) -> bytes:
    """index.csv for what lies in the folder."""
    rows = {path: t["rows"] for each in parts["populations"] for t in each["tables"] for path in (t["csv"], t["json"])}
    names = "id,path,title,about,request,controls,criteria,period_first,period_last,rows,sha256,preparer,reviewer,status"
    out = [names]
    for path, evidence in ids.items():
        if not path.startswith(f"{FRONT}/index."):
            digest = sha256((folder / path).read_bytes()).hexdigest()
            cells = (
                evidence,
                path,
                f"Sample {path}",
                "index",
                None,
                None,
                None,
                None,
                None,
                rows.get(path),
                digest,
                "sample",
                "not reviewed",
                "ok",
            )
            out.append(",".join(cell(each) for each in cells))
    return "".join(f"{line}\r\n" for line in out).encode()


def tile_name(kind: str, index: int, width: int) -> str:
    """Where a tile or bundle lives."""
    assert index < 1000
    return f"{BOOK}/tile/{kind}/{index:03d}" + ("" if width == 256 else f".p/{width}")


def write_book(folder: Path, plan: Plan) -> None:
    """Tiles, bundles, checkpoints and keys."""
    entries, leaves = plan.ledger.entries, plan.ledger.leaves
    for start in range(0, plan.size, 256):
        width = min(256, plan.size - start)
        put(folder, tile_name("0", start // 256, width), b"".join(leaves[start : start + width]))
        framed = b"".join(len(each).to_bytes(2, "big") + each for each in entries[start : start + width])
        put(folder, tile_name("entries", start // 256, width), framed)
    text = plan.ledger.checkpoint_text(plan.size)
    put(
        folder,
        f"{BOOK}/checkpoint",
        plan.ledger.checkpoint(plan.size, *(each.line(text) for each in plan.witnesses), key=plan.key),
    )
    for size in plan.earlier:
        put(folder, f"{BOOK}/checkpoints/{size}", plan.ledger.checkpoint(size, key=plan.signers.get(size)))
    keys = plan.keys or [{"from_size": 0, "to_size": None, "vkey": plan.ledger.key.vkey}]
    put(folder, f"{BOOK}/keys.json", encode({"keys": keys, "origin": plan.ledger.key.name}) + b"\n")


def write_artifacts(folder: Path, plan: Plan) -> list[str]:
    """One record for each artifact; gives their paths."""
    paths = []
    for index in latest(plan.ledger, "model.artifact"):
        entry = plan.ledger.value(index)
        path = f"07_AI_artifacts/ART-04_model-provenance/{entry['body']['artifact'][7:23]}_sample.json"
        cited = {"index": index, "id": entry["id"], "leaf": plan.ledger.leaves[index].hex()}
        put(folder, path, encode({"entry": cited, "record": entry["body"]}) + b"\n")
        paths.append(path)
    return sorted(paths)


def latest(ledger: Ledger, kind: str) -> list[int]:
    """Index of the newest entry of a kind for each subject."""
    entries = map(ledger.value, range(len(ledger.entries)))
    found = {entry["subject"]: index for index, entry in enumerate(entries) if entry["kind"] == kind}
    return sorted(found.values())


def write_population(folder: Path, plan: Plan, name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """Definition, tables and header of one population; gives its part of the manifest."""
    whole = {
        "format": "proofbook-definition/1",
        "id": f"rpt.{name}",
        "version": 1,
        "population": name,
        "title": "Sample",
        **definition,
    }
    path, home = f"10_IPE_and_tool_assurance/report_definitions/{name}.json", FOLDERS[name]
    put(folder, path, encode(whole) + b"\n")
    tables, files, doubles = [], {}, []
    for table in whole["tables"]:
        rows, second = table_rows(plan, table)
        doubles += second
        names = [each["name"] for each in table["columns"]]
        csv = b"".join(",".join(map(cell, row)).encode() + b"\r\n" for row in [names, *rows])
        lines = b",\n".join(encode(dict(zip(names, row, strict=True))) for row in rows)
        for form, data in (("csv", csv), ("json", b"[\n" + lines + b"\n]\n" if rows else b"[]\n")):
            put(folder, f"{home}/{table['name']}.{form}", data)
            files[f"{table['name']}.{form}"] = sha256(data).hexdigest()
        tables.append(
            {
                "name": table["name"],
                "csv": f"{home}/{table['name']}.csv",
                "json": f"{home}/{table['name']}.json",
                "rows": len(rows),
            }
        )
    header = {
        "population": name,
        "report": {
            "id": whole["id"],
            "version": 1,
            "definition": path,
            "logic_sha256": sha256((folder / path).read_bytes()).hexdigest(),
        },
        "as_of": {"size": plan.size, "root": tree_root(plan.ledger.leaves).hex()},
        "row_counts": {each["name"]: each["rows"] for each in tables},
        "files": files,
        "duplicates": doubles,
        **plan.header,
    }
    put(folder, f"{home}/header.json", encode(header) + b"\n")
    return {"population": name, "definition": path, "tables": tables, "header": f"{home}/header.json"}


def table_rows(plan: Plan, table: dict[str, Any]) -> tuple[list[list[Any]], list[str]]:
    """The rows of a table, and the ids of second joined entries."""
    ledger, period = plan.ledger, plan.period
    everything = [(index, ledger.value(index)) for index in range(len(ledger.entries))]
    base = [(i, e) for i, e in everything if e["kind"] == table["base"]["kind"]]
    for rule in table["base"]["where"]:
        base = [(i, e) for i, e in base if reach(e, rule["path"]) in rule["in"]]
    if table["period"]:
        base = [(i, e) for i, e in base if period["start"] <= e["occurred"] < period["end"]]
    if table["base"]["latest_by"]:
        newest = set(latest(ledger, table["base"]["kind"]))
        base = [(i, e) for i, e in base if i in newest]
    others = [(i, e) for i, e in everything if table["join"] and e["kind"] == table["join"]["kind"]]
    rows, second = [], []
    for index, entry in base:
        joined = []
        if table["join"]:
            on = table["join"]["on"]
            joined = [(i, e) for i, e in others if reach(e, on) == reach(entry, on)]
            second += [each["id"] for _, each in joined[1:]]
        rows.append([value_of(ledger, each, (index, entry), joined[:1]) for each in table["columns"]])
    return rows, second


def value_of(ledger: Ledger, wanted: dict[str, Any], base: tuple[int, Any], joined: list[tuple[int, Any]]) -> Any:
    """One value of a row."""
    sources = [base] if wanted["from"] == "base" else joined
    if not sources:
        return wanted["absent"]
    index, entry = sources[0]
    special = {"#index": index, "#id": entry["id"], "#leaf": leaf_of(ledger.entries[index]).hex()}
    found = special[wanted["path"]] if wanted["path"] in special else reach(entry, wanted["path"])
    return wanted["absent"] if found is ABSENT else found


def reach(entry: Any, path: str) -> Any:
    """The value at a dotted path, or ABSENT."""
    for part in path.split("."):
        if not isinstance(entry, dict) or part not in entry:
            return ABSENT
        entry = entry[part]
    return entry


def cell(value: Any) -> str:
    """One CSV cell by the rule of the format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else encode(value).decode()
    if isinstance(value, str) and text[:1] and text[0] in "=+-@\t\r":
        text = "'" + text
    quoted = not text or text != text.strip(" ") or any(mark in text for mark in ',"\r\n')
    return '"' + text.replace('"', '""') + '"' if quoted else text

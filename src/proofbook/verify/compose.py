"""Joins the modules of the verifier into the one file that lies in every evidence room.

Promises: the same sources give the same text; the file imports only Python's standard library, and every line of it is a line of
the modules that are tested here. Does not change code: imports between the modules are left out, nothing is renamed, so two
modules must not use one name for different things; that is checked. Runs where this program runs, not in the room.
"""

from __future__ import annotations

import ast
from importlib.resources import files

PACKAGE = "proofbook.verify"
_NOT_SHIPPED = {"__init__", "compose"}

_HEADER = '''#!/usr/bin/env python3
"""Verifies an evidence room, offline, with nothing but Python 3.9 or newer.

    python3 verify.py [ROOM] [--key VKEY] [--checkpoint FILE] [--witness VKEY] [--quorum N] [--json]

Run a copy of this file that you obtained yourself, not the one in the room you were given: whoever can change the room can
change the copy in it. Thirteen numbered steps are taken and each says what it checked; then follow what is proven, what is not
covered, and every problem with its place. No network connection is opened. Nothing is written but, for a large room, a
temporary file without a name that holds hashes and positions and is gone at the end.

Exit code: 0 everything that was checked checks out; 5 damage, or a step that could not be run; 3 not a room, or bad arguments.

The file is joined from separately tested modules, each under a line naming it: reading bytes strictly, Ed25519 verification, the
hash tree, signed notes, then the steps. It says nothing about an organisation or its controls, only whether records changed.
"""
'''

_FOOTER = """

if __name__ == "__main__":
    sys.exit(main())
"""


def compose_verifier() -> str:
    """The text of `verify.py`. Raises RuntimeError when the modules cannot be joined: a mistake in this program."""
    trees = {name: (text, ast.parse(text)) for name, text in _sources().items()}
    needs = {name: _needed(tree) for name, (_, tree) in trees.items()}
    outside: set[str] = set()
    taken: dict[str, str] = {}
    parts: list[str] = []
    for name in _ordered(needs):
        text, tree = trees[name]
        _claim_names(name, tree, taken)
        parts.append(_section(name, text, tree, outside))
    imports = "\n".join(sorted(outside, key=lambda line: (line.startswith("from "), line)))
    return f"{_HEADER}\nfrom __future__ import annotations\n\n{imports}\n" + "".join(parts) + _FOOTER


def _sources() -> dict[str, str]:
    found = {}
    for each in files(PACKAGE).iterdir():
        name = each.name.removesuffix(".py")
        if each.name.endswith(".py") and name not in _NOT_SHIPPED:
            found[name] = each.read_text(encoding="utf-8").replace("\r\n", "\n")
    return dict(sorted(found.items()))


def _is_inside(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE)


def _needed(tree: ast.Module) -> set[str]:
    inside = (node for node in tree.body if isinstance(node, ast.ImportFrom) and _is_inside(node))
    return {(node.module or "").removeprefix(f"{PACKAGE}.") for node in inside}


def _ordered(needs: dict[str, set[str]]) -> list[str]:
    """Every module after those it needs; among equals by name."""
    order: list[str] = []
    while len(order) < len(needs):
        ready = [name for name in needs if name not in order and needs[name] <= set(order)]
        if not ready:
            raise RuntimeError(f"modules need each other in a circle: {sorted(set(needs) - set(order))}")
        order.append(ready[0])
    return order


def _claim_names(module: str, tree: ast.Module, taken: dict[str, str]) -> None:
    for node in tree.body:
        for name in _defined(node):
            if taken.setdefault(name, module) != module:
                raise RuntimeError(f"{module} and {taken[name]} both define {name}")


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        renamed = [alias.asname for alias in node.names if alias.asname]
        if renamed and _is_inside(node):
            raise RuntimeError(f"an import between the modules renames {renamed}")
    return []


def _section(name: str, text: str, tree: ast.Module, outside: set[str]) -> str:
    """One module without its imports, its docstring turned into comments under a rule with its name."""
    lines = text.split("\n")
    drop: set[int] = set()
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            drop.update(range(node.lineno - 1, node.end_lineno or node.lineno))
            if not _is_inside(node):
                outside.update(_spelled(node))
    docstring = tree.body[0]
    drop.update(range(docstring.lineno - 1, docstring.end_lineno or docstring.lineno))
    kept = "\n".join(line for number, line in enumerate(lines) if number not in drop).strip("\n")
    words = "\n".join(f"# {line}".rstrip() for line in (ast.get_docstring(tree) or "").split("\n"))
    rule = "# " + "-" * 100
    return f"\n\n{rule}\n# {name}\n#\n{words}\n{rule}\n\n{kept}\n"


def _spelled(node: ast.Import | ast.ImportFrom) -> list[str]:
    """An import statement as one line for each name."""
    if isinstance(node, ast.Import):
        return [ast.unparse(ast.Import([alias])) for alias in node.names]
    if node.module == "__future__":
        return []
    return [ast.unparse(ast.ImportFrom(node.module, [alias], 0)) for alias in node.names]

"""Habits of the house that a machine can hold: sizes, names, public faces, mirrored tests."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

FILE_LINES, FUNCTION_LINES = 400, 60
NO_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "base"}


def modules(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


def public_names(tree: ast.Module, is_room: bool) -> set[str]:
    """Names without underscore that a module defines; a room's face also defines what it re-exports."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.ImportFrom(module=module) if is_room and module != "__future__":
                names |= {alias.asname or alias.name for alias in node.names}
    return {name for name in names if not name.startswith("_")}


def test_every_module_says_what_is_public(module_files):
    wrong = []
    for name, file in module_files.items():
        public = public_names(ast.parse(file.read_text(encoding="utf-8")), file.name == "__init__.py")
        module = importlib.import_module(name)
        face = getattr(module, "__all__", None)
        if face is None and public and not file.name.startswith("_"):
            wrong.append(f"{name} has no __all__, but {sorted(public)}")
        wrong += [f"{name}.__all__: {word} is not there" for word in face or () if not hasattr(module, word)]
        if face and len(set(face)) != len(face):
            wrong.append(f"{name}.__all__ names something twice")
        hidden = [word for word in face or () if isinstance(getattr(module, word, None), ModuleType)]
        wrong += [f"{name}.__all__: a module of the same name hides {word}" for word in hidden]
    assert not wrong


def test_files_and_functions_stay_short(package):
    wrong = []
    for file in modules(package):
        text = file.read_text(encoding="utf-8")
        if (lines := len(text.splitlines())) > FILE_LINES:
            wrong.append(f"{file.name} has {lines} lines, at most {FILE_LINES}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                if lines > FUNCTION_LINES:
                    wrong.append(
                        f"{file.name}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"
                    )
    assert not wrong


def test_no_room_for_odds_and_ends(package):
    paths = [path.relative_to(package) for path in package.rglob("*") if path.suffix in ("", ".py")]
    assert [str(path) for path in paths if path.stem.lstrip("_") in NO_NAMES] == []


def test_every_module_has_its_test(package, root):
    missing = []
    for file in modules(package):
        if file.name in ("__init__.py", "__main__.py"):
            continue
        folder = root / "tests" / file.relative_to(package).parent
        wanted = folder / f"test_{file.stem.lstrip('_')}.py"
        if not wanted.is_file():
            missing.append(wanted.relative_to(root).as_posix())
    assert not missing


def listed_files(root: Path) -> list[Path]:
    """Files that are, or with the next ``git add`` would be, under version control."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no git checkout: {error}")
    return [path for name in done.stdout.split("\0") if name and (path := root / name).is_file()]


# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~$}>])/(?:" + "home|root|Users|work|opt|mnt" + r")/\w",
    "a package index": "index"
    + r"[-_]url|find"
    + r"[-_]links|trusted"
    + r"[-_]host|https?://\S+/simp"
    + "le/?\\b",
    "a local address": "file:" + "//" + r"/\w",
}


def forbidden(text: str) -> list[str]:
    """Lines that hold something which belongs to one machine only."""
    return [
        f"{number}: {what}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if re.search(pattern, line)
    ]


def test_nothing_ties_the_project_to_a_machine(root):
    wrong = []
    for path in listed_files(root):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not text
        wrong += [f"{path.relative_to(root)}:{found}" for found in forbidden(text)]
    assert not wrong


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("open('/" + "home/ada/day.mseed')", True),
        ("pip install --extra-index" + "-url https://x.org", True),
        ("https://example.org/work/page and src/work/x and ~/work/x", False),
        ("#!/usr/bin/env bash", False),
    ],
)
def test_the_checker_sees(line, caught):
    assert bool(forbidden(line)) is caught

"""How the design tests read the sources: parsed, never imported."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPORT = pytest.StashKey[list[str]]()


@dataclass(frozen=True)
class Import:
    """One imported name: ``from a import b`` is ``a.b``, relative ones are resolved."""

    path: str  # of the importing file, inside the package
    line: int
    name: str
    at_import: bool  # runs when the module is imported: neither in a function nor for type checkers


def find_imports(package: Path) -> list[Import]:
    """Every import in every module of a package, at any depth of its code."""
    found = []
    for file in sorted(package.rglob("*.py")):
        path = file.relative_to(package).as_posix()
        parts = (package.name, *file.relative_to(package).parts[:-1])
        for node, at_import in _walk(ast.parse(file.read_text(encoding="utf-8")), True):
            found += [Import(path, node.lineno, name, at_import) for name in _names(node, parts)]
    return found


def _walk(node: ast.AST, at_import: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        unchecked = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield child, at_import
        yield from _walk(child, at_import and not inside and not unchecked)


def _names(node: ast.AST, parts: tuple[str, ...]) -> list[str]:
    """Names that a statement imports; ``parts`` is the package the file is in."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = parts[: len(parts) - node.level + 1] if node.level else ()
        module = ".".join([*base, *([node.module] if node.module else [])])
        return [f"{module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "import_module":
        return [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)]
    return []


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def package(root: Path) -> Path:
    """The package's sources."""
    return root / "src" / "onsets"


@pytest.fixture(scope="session")
def module_files(package: Path) -> dict[str, Path]:
    """Importable name -> file of every module; ``__main__`` runs instead."""
    files = [file for file in sorted(package.rglob("*.py")) if file.name != "__main__.py"]
    parts = {file: file.relative_to(package.parent).with_suffix("").parts for file in files}
    return {".".join(part for part in parts[file] if part != "__init__"): file for file in files}


@pytest.fixture(scope="session")
def imports_of() -> Callable[[Path], list[Import]]:
    """The function that lists a package's imports."""
    return find_imports


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say something in the summary after the run, passed or failed."""
    return request.config.stash.setdefault(REPORT, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash.get(REPORT, []):
        terminalreporter.write_line(line)

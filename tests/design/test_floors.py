"""Imports go strictly down the floors of floors.txt; rooms on one floor never import each other."""

from __future__ import annotations

from pathlib import Path

import pytest

LINES = (Path(__file__).parent / "floors.txt").read_text().splitlines()
FLOORS = {room: int(line.split()[0]) for line in LINES for room in line.split()[1:]}


def violations(package: Path, imports) -> list[str]:
    """What breaks the floors; a function's imports and those for type checkers count too."""
    # a room is a module, or a folder that holds one: folders of data are none
    rooms = {file.relative_to(package).parts[0].removesuffix(".py") for file in package.rglob("*.py")}
    wrong = [
        f"{room} has no floor: add it to tests/design/floors.txt" for room in sorted(rooms - set(FLOORS))
    ]
    for item in imports(package):
        if item.name.split(".")[0] != package.name:
            continue
        source = item.path.split("/")[0].removesuffix(".py")
        target = [*item.name.split("."), "__init__"][1]
        target = target if target in rooms | set(FLOORS) else "__init__"  # a name of the facade
        if source != target and FLOORS.get(source, 99) <= FLOORS.get(target, -1):
            wrong.append(
                f"{item.path}:{item.line}: {source} (floor {FLOORS[source]}) imports {target} "
                f"(floor {FLOORS[target]}); imports go down only"
            )
    return wrong


def test_imports_go_down_only(package, imports_of):
    assert not violations(package, imports_of)


@pytest.mark.parametrize(
    ("path", "code", "caught"),
    [
        ("types.py", "from onsets.errors import OnsetsError", False),
        ("picking/__init__.py", "from .decode import x", False),
        ("picking/decode.py", "from onsets.picking import y\nfrom . import z", False),
        ("__init__.py", "from onsets.cli import main", False),
        ("types.py", "import onsets.tables", True),
        ("types.py", "import onsets.spec", True),  # same floor
        ("store/csv.py", "def f():\n    from onsets import plots", True),
        ("store/csv.py", "from ..cli import main", True),
        ("labels/x.py", "if TYPE_CHECKING:\n    from onsets.picking import y", True),
        ("labels/x.py", "import importlib\nimportlib.import_module('onsets.web')", True),
        ("cli/pick.py", "from onsets import load", True),  # the facade stands above everything
        ("attic/old.py", "", True),
    ],
)
def test_the_checker_sees(tmp_path, imports_of, path, code, caught):
    file = tmp_path / "onsets" / path
    file.parent.mkdir(parents=True)
    file.write_text(code)
    assert bool(violations(tmp_path / "onsets", imports_of)) is caught

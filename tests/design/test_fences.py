"""Which files may use which dependency, and which may do so as soon as they are imported."""

from __future__ import annotations

import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

TORCH = ("networks/*", "labels/*", "augment/*", "runtime/torch*.py", "deploy/*", "training/*")
# Paths inside the package; a * also matches a /. A package that is missing here is used nowhere.
FENCES: dict[str, tuple[str, ...]] = {
    "numpy": ("*",),
    "torch": TORCH,
    "obspy": (
        *("waveforms/formats.py", "waveforms/stations*.py", "waveforms/response.py"),
        *("store/quakeml.py", "cli/demo.py"),
    ),
    "onnxruntime": ("runtime/*", "deploy/*"),
    "matplotlib": ("plots/*", "report/*"),
    "h5py": ("datasets/*", "networks/importers/*"),
    "onnx": ("deploy/*", "networks/*"),
    "onnxscript": ("deploy/*", "networks/*"),
    "safetensors": ("networks/*", "training/checkpoint.py"),
    "pyarrow": ("store/*",),
    "pymseed": ("waveforms/*", "streaming/*"),
    "typer": ("cli/*",),
    "rich": ("cli/*",),
    "pydantic": ("config*", "training/*"),
    "scipy": ("association/*", "location/*", "synthetics/*"),
    "pyocto": ("association/*",),
    "pandas": ("association/pyocto.py",),
    "dask": ("pipeline/*",),
    "distributed": ("pipeline/dask.py",),
    "sqlalchemy": ("store/*",),
    "seisbench": (),
    "pygrt": (),
    "pyrocko": (),
}
ONE_FILE = ("pyocto", "dask", "sqlalchemy")
# Everything else is imported inside the function that needs it, so that the base install works.
AT_IMPORT = {
    "numpy": ("*",),
    "pymseed": ("waveforms/mseed.py", "waveforms/deferred.py"),
    "typer": ("cli/*",),
    "torch": TORCH,
}


def violations(package: Path, imports) -> list[str]:
    """Third-party imports on the wrong side of a fence."""
    wrong, users = [], {}
    for item in imports(package):
        name, where = item.name.split(".")[0], f"{item.path}:{item.line}"
        if name == package.name or name in sys.stdlib_module_names:
            continue
        users.setdefault(name, set()).add(item.path)
        if not any(fnmatch(item.path, allowed) for allowed in FENCES.get(name, ())):
            wrong.append(f"{where}: {name} may be used in {FENCES.get(name) or 'no file'}, not here")
        elif item.at_import and not any(fnmatch(item.path, allowed) for allowed in AT_IMPORT.get(name, ())):
            wrong.append(f"{where}: import {name} inside the function that needs it")
    return wrong + [
        f"{name} is adapted in one file only, got {sorted(users[name])}"
        for name in ONE_FILE
        if len(users.get(name, ())) > 1
    ]


def test_dependencies_stay_behind_their_fences(package, imports_of):
    assert not violations(package, imports_of)


@pytest.mark.parametrize(
    ("files", "caught"),
    [
        ({"networks/lppn.py": "import torch.nn as nn"}, False),
        ({"waveforms/mseed.py": "import pymseed"}, False),
        ({"plots/picks.py": "def f():\n    from matplotlib.figure import Figure"}, False),
        ({"plots/picks.py": "if TYPE_CHECKING:\n    from matplotlib.figure import Figure"}, False),
        ({"picking/decode.py": "import torch"}, True),
        ({"runtime/onnx.py": "def f():\n    import torch"}, True),
        ({"plots/picks.py": "from matplotlib.figure import Figure"}, True),  # at import
        ({"plots/picks.py": "try:\n    import matplotlib\nexcept ImportError:\n    pass"}, True),
        ({"waveforms/filter.py": "def f():\n    from scipy import signal"}, True),
        ({"store/csv.py": "def f():\n    import polars"}, True),  # not on the list
        ({"store/sqlite.py": "def f():\n    import sqlalchemy"}, False),
        ({name: "def f():\n    import sqlalchemy" for name in ("store/a.py", "store/b.py")}, True),
    ],
)
def test_the_checker_sees(tmp_path, imports_of, files, caught):
    for path, code in files.items():
        file = tmp_path / "onsets" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
    assert bool(violations(tmp_path / "onsets", imports_of)) is caught

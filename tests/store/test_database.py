"""The same catalogue in SQLite and PostgreSQL."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile

import numpy as np
import pytest

from onsets.errors import CatalogueError
from onsets.store.atomic import StoreError
from onsets.store.database import read_database, write_database
from onsets.tables import Assignments, Events

pytest.importorskip("sqlalchemy")


@pytest.fixture(scope="module")
def server():
    """Address of a PostgreSQL server of our own, started as a user that is not root."""
    pytest.importorskip("psycopg")
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"))
    if not found:
        pytest.skip("PostgreSQL's server is not installed")
    root = os.geteuid() == 0
    if root and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not start as root, and there is no runuser")
    folder = tempfile.mkdtemp(prefix="onsets-pg-")
    as_user = ["runuser", "-u", "postgres", "--"] if root else []
    if root:
        shutil.chown(folder, "postgres")
    binaries = os.path.dirname(found[-1])

    def call(name, *arguments):
        command = [*as_user, os.path.join(binaries, name), *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=120, cwd=folder)

    try:
        call("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "tester", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        call("pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
    except (subprocess.SubprocessError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL did not start: {error}")
    yield f"postgresql://tester@/postgres?host={folder}"
    call("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request, tmp_path):
    if request.param == "sqlite":
        return tmp_path / "catalogue.sqlite"
    address = request.getfixturevalue("server")
    import sqlalchemy

    engine = sqlalchemy.create_engine(address.replace("postgresql", "postgresql+psycopg", 1))
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    engine.dispose()
    return address


def catalogue(method="pyocto", shift=0.0):
    events = Events.of(
        {
            "event_id": f"e{i}",
            "time_ns": 1_500_000_000_123_456_789 + i,
            "latitude": 42.123456789 + shift,
            "longitude": 13.0,
            "depth_km": 5.0 + i,
            "picks": 2,
            "rms_s": 0.1,
            "magnitude": 1.5 if i else float("nan"),
            "magnitude_type": "ML" if i else "",
            "magnitude_error": 0.1 if i else float("nan"),
            "method": method,
        }
        for i in range(3)
    )
    assignments = Assignments.of(
        {"event_id": f"e{i}", "station_id": "IV.A.", "phase": phase, "time_ns": 10 + i, "residual_s": 0.1 * i}
        for i in range(3)
        for phase in "PS"
    )
    return events, assignments


def test_what_is_written_is_read(target):
    events, assignments = catalogue()
    write_database(events, assignments, target)
    back, mine = read_database(target)
    for name in events.__slots__:
        unknown_equal = getattr(events, name).dtype.kind == "f"
        assert np.array_equal(getattr(back, name), getattr(events, name), equal_nan=unknown_equal), name
    assert len(mine) == 6 and sorted(mine.residual_s.tolist()) == pytest.approx([0, 0, 0.1, 0.1, 0.2, 0.2])
    assert np.isnan(mine.weight).all()


def test_origins_of_methods_live_side_by_side(target):
    write_database(*catalogue(), target)
    write_database(*catalogue("geiger", 0.5), target)
    write_database(*catalogue("geiger", 0.25), target)  # again: replaced
    assert read_database(target)[0].latitude[0] == pytest.approx(42.373456789)
    first, mine = read_database(target, "pyocto")
    assert first.latitude[0] == pytest.approx(42.123456789) and len(mine) == 6
    assert len(read_database(target, "other")[0]) == 0


def test_all_or_nothing(target):
    events, assignments = catalogue()
    twice = Events.concat([events, events])
    with pytest.raises(StoreError, match="database"):
        write_database(twice, assignments, target)
    write_database(events, assignments, target)
    assert len(read_database(target)[0]) == 3


def test_no_catalogue_there(tmp_path):
    with pytest.raises(CatalogueError, match="no such file"):
        read_database(tmp_path / "none.sqlite")
    (tmp_path / "text.sqlite").write_text("this is no database, it is text, and long enough")
    with pytest.raises(CatalogueError, match=r"text\.sqlite"):
        read_database(tmp_path / "text.sqlite")


def test_a_password_is_not_shown():
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError) as failed:
        write_database(*catalogue(), "postgresql://ada:secret@localhost:1/none?connect_timeout=2")
    assert "secret" not in str(failed.value)

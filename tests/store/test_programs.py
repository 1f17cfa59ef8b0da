"""Which file is whose."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.store import read_assignments, read_catalogue
from onsets.store.programs import PROGRAMS, program_of, read_program, write_program

from .test_database import catalogue


@pytest.mark.parametrize("kind", [name for name, one in PROGRAMS.items() if one.write])
def test_every_written_form_is_found_by_its_name_and_read_again(tmp_path, kind):
    events, mine = catalogue()
    events = events.replace(depth_km=np.abs(events.depth_km))
    mine = mine.replace(time_ns=np.full(len(mine), events.time_ns.max() + 10**10))
    path = tmp_path / f"catalogue{PROGRAMS[kind].ends[0]}"
    assert program_of(path) == kind
    write_program(events, mine, path, kind)
    found, rows = read_catalogue(path)
    assert len(rows) in (0, len(mine)) and read_assignments(path).rows() == rows.rows()
    if kind != "nonlinloc-phases":
        assert len(found) == len(events)
        np.testing.assert_allclose(found.latitude, events.latitude, atol=2e-4)
        assert np.abs(found.time_ns - events.time_ns).max() <= 10**7


def test_unknown_and_unwritten_forms_are_refused(tmp_path):
    events, mine = catalogue()
    with pytest.raises(ConfigError, match="did you mean 'hypoinverse'"):
        read_program(tmp_path / "a", "hypoinvers")
    with pytest.raises(ConfigError, match="only read"):
        write_program(events, mine, tmp_path / "a", "growclust-catalogue")

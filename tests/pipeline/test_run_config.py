"""The tables of a run's configuration."""

from __future__ import annotations

import pytest

from onsets.association import PyoctoOptions, RealOptions
from onsets.config import make
from onsets.errors import ConfigError
from onsets.pipeline.run_config import OutputTable, RunConfig

BARE = {"archive": {"files": ["a"]}, "output": {"folder": "out"}}


def test_an_engine_is_chosen_by_name():
    assert make(RunConfig, BARE).associate == PyoctoOptions()
    chosen = make(RunConfig, {**BARE, "associate": {"method": "real", "picks": 8}}).associate
    assert isinstance(chosen, RealOptions) and chosen.picks == 8
    with pytest.raises(ConfigError, match="choose from pyocto, real"):
        make(RunConfig, {**BARE, "associate": {"picks": 8}})


def test_files_that_are_wanted():
    assert OutputTable("out", detections="d.csv", ledger="").targets() == [
        ("picks.csv", "picks"),
        ("d.csv", "detections"),
    ]
    names = [name for name, _ in make(RunConfig, BARE).targets()]
    assert names == ["picks.csv", "stations.csv", "catalogue.csv", "catalogue.xml"]
    with pytest.raises(ConfigError, match="two steps"):
        make(RunConfig, {**BARE, "output": {"folder": "out", "picks": "report.html"}})

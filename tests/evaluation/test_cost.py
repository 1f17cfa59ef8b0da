import math

import pytest

from onsets.evaluation import cost_of, network_cost
from onsets.picking import load

from .conftest import case_of


def test_a_network_costs_what_its_figures_say():
    pytest.importorskip("torch")
    from onsets.picking import bundled

    figures = bundled()["default"]["figures"]
    found = network_cost(load("default", threads=1))
    assert found == {
        k: figures[v]
        for k, v in [("parameters", "parameters"), ("macs_day", "macs_day"), ("bytes", "bytes_fp32")]
    }


def test_a_classical_picker_has_no_parameters():
    found = network_cost(load("aic"))
    assert found["parameters"] == found["bytes"] == 0 and math.isnan(found["macs_day"])


def test_seconds_for_an_hour_of_record():
    cases = [case_of([], 1.0, hours=0.02), case_of([], 1.0, hours=0.03)]  # 0.1 s each
    assert cost_of(load("aic"), cases)["seconds_per_record_hour"] == pytest.approx(4.0)
    assert math.isnan(cost_of(load("aic"), [])["seconds_per_record_hour"])

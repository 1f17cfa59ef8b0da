import pytest

from onsets.evaluation.pictures import draw
from onsets.evaluation.report import curves_of, groups_of, metrics_of, robustness_of


def test_every_picture_is_drawn_and_the_same_each_time(results, tmp_path):
    pytest.importorskip("matplotlib")
    plan, found = results
    parts = {"metrics": metrics_of(found, plan), "groups": groups_of(found, plan)}
    parts["robustness"] = robustness_of(found, plan)
    curves = curves_of(found, plan)
    made = draw(found, plan, parts, curves, tmp_path)
    assert list(made) == [
        *("scores.png", "curves.png", "residuals.png", "boxes.png"),
        *("groups.png", "robustness.png", "cost.png"),
    ]
    first = {name: (tmp_path / name).read_bytes() for name in made}
    assert all(data.startswith(b"\x89PNG") for data in first.values())
    draw(found, plan, parts, curves, tmp_path)
    assert first == {name: (tmp_path / name).read_bytes() for name in made}

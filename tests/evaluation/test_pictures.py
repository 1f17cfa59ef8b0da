import pytest

from onsets.evaluation.pictures import draw
from onsets.evaluation.report import groups_of, metrics_of, robustness_of


def test_every_picture_is_drawn_and_the_same_each_time(results, tmp_path):
    pytest.importorskip("matplotlib")
    plan, found = results
    rows = metrics_of(found, plan), groups_of(found, plan), robustness_of(found, plan)
    made = draw(found, plan, *rows, tmp_path)
    assert list(made) == [
        *("scores.png", "curves.png", "residuals.png", "boxes.png"),
        *("groups.png", "robustness.png", "cost.png"),
    ]
    first = {name: (tmp_path / name).read_bytes() for name in made}
    assert all(data.startswith(b"\x89PNG") for data in first.values())
    draw(found, plan, *rows, tmp_path)
    assert first == {name: (tmp_path / name).read_bytes() for name in made}

import dataclasses
import json
import re

import pytest

from onsets.errors import ConfigError
from onsets.evaluation import ROW_KEYS, write_report


def strictly(text):
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_the_card_in_all_its_forms(results, tmp_path):
    pytest.importorskip("matplotlib")
    plan, found = results
    rows = write_report(found, plan, tmp_path / "new" / "card", title="A title")
    folder = tmp_path / "new" / "card"
    metrics = strictly((folder / "metrics.json").read_text())
    assert len(metrics) == len(rows) == 8  # two models, two phases, two tolerances
    assert all(tuple(row)[: len(ROW_KEYS)] == ROW_KEYS for row in metrics)
    card = strictly((folder / "card.json").read_text())
    assert {"metrics", "cost", "areas", "rules", "groups", "robustness", "continuous"} <= set(card)
    names = {row["perturbation"] for row in card["robustness"]}
    assert names == {"as recorded", "noise-0.1", "gaps"}
    text, page = (folder / "card.md").read_text(), (folder / "card.html").read_text()
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
    assert len(pictures) == 7 and all((folder / name).is_file() for name in pictures)
    assert page.count("<img") == 7 and "A title" in page and text.startswith("# A title")
    for words in ("the model's own defaults", "parameters", "The papers' own rules", "Robustness"):
        assert words in page.replace("&#x27;", "'") and words in text


def test_plain_onsets_score_high(results, tmp_path):
    plan, found = results
    rows = write_report(found, plan, tmp_path, pictures=False)
    p = [row for row in rows if row["phase"] == "P" and row["tolerance_s"] == 0.5]
    assert all(row["recall"] == 1 and abs(row["mean_s"]) < 0.1 for row in p)
    assert not list(tmp_path.glob("*.png"))


def test_a_phase_without_labels_has_no_row(results, tmp_path):
    plan, found = results
    bare = []
    for case in found[0].cases:
        labels = {"P": case.labels["P"]} if case.labels else {}
        bare.append(dataclasses.replace(case, labels=labels))
    rows = write_report([dataclasses.replace(found[0], cases=bare)], plan, tmp_path, pictures=False)
    assert {row["phase"] for row in rows} == {"P"}


def test_nothing_to_report_and_no_folder(results, tmp_path):
    plan, found = results
    with pytest.raises(ConfigError, match="nothing to report"):
        write_report([dataclasses.replace(found[0], thresholds={})], plan, tmp_path, pictures=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot make the folder"):
        write_report(found, plan, tmp_path / "file" / "card", pictures=False)

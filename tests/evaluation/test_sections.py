import dataclasses

from onsets.evaluation.report import metrics_of
from onsets.evaluation.sections import notes_of, sections_of
from onsets.types import Problem


def test_the_notes_say_what_thresholds_and_records_are(results):
    plan, found = results
    text = " ".join(notes_of(found, plan))
    assert "made: 12 records, 10 P and 10 S labels, 2 records of noise" in text
    assert "Thresholds of sta-lta, baer: the model's own defaults." in text
    assert "chosen on ncedc_phasenet and nz_dfdp_eqcorrscan" in text


def test_chosen_thresholds_need_no_warning(results):
    plan, found = results
    plan = dataclasses.replace(plan, development="somewhere")
    assert not any("nz_dfdp" in note for note in notes_of(found, plan))


def test_rows_fit_their_heads(results):
    plan, found = results
    metrics = metrics_of(found, plan)
    empty = {name: [] for name in ("cost", "areas", "rules", "robustness", "continuous")}
    sections = sections_of(found, plan, {"metrics": metrics, **empty}, {})
    assert [section.title for section in sections][:2] == ["Scores", "Cost"]
    assert len(sections[0].rows) == len(metrics) == 8
    for section in sections:
        assert all(len(row) == len(section.head) for row in section.rows)


def test_records_that_could_not_be_used_are_named(results):
    plan, found = results
    lost = Problem("made: r9", "S is not after P", fatal=True)
    notes = notes_of([dataclasses.replace(found[0], problems=(lost,))], plan)
    assert "made: 1 records or labels could not be used, such as made: r9: S is not after P." in notes

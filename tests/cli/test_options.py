from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from onsets.cli.options import MOST_NOTES, corrections_of, notes_of, options_of, say, say_notes
from onsets.errors import ConfigError
from onsets.types import Problem


@dataclass(frozen=True)
class Inner:
    size: int = 1


@dataclass(frozen=True)
class Outer:
    seed: int = 0
    inner: Inner = field(default_factory=lambda: Inner(5))


def test_keys_change_the_defaults_and_a_file_begins_anew(tmp_path):
    assert options_of(Outer(), None, ["seed=3"]) == Outer(3, Inner(5))
    (tmp_path / "wanted.toml").write_text("[inner]\n")
    assert options_of(Outer(), str(tmp_path / "wanted.toml"), ["seed=2"]) == Outer(2, Inner(1))
    with pytest.raises(ConfigError, match=r"--set: .*did you mean 'seed'"):
        options_of(Outer(), None, ["sead=3"])


def test_a_summary_is_words_json_or_nothing(capsys):
    for as_json, quiet in ((False, False), (True, False), (False, True)):
        say({"count": 2}, "{count} made", as_json, quiet)
    assert capsys.readouterr().out == '2 made\n{"count": 2}\n'


def test_corrections_are_read_by_name_and_end_in_a_number(tmp_path):
    path = tmp_path / "late.csv"
    path.write_text("\ufeffphase,correction_s,station_id\nP,0.5,A.B.\nS,-1,A.B.\n", encoding="utf-8")
    columns = ("station_id", "phase", "correction_s")
    assert corrections_of(str(path), *columns) == (("A.B.", "P", 0.5), ("A.B.", "S", -1.0))
    path.write_text("station_id,phase,correction_s\nA.B.,P,late\n")
    for name, said in (
        ("late.csv", "expected columns station_id,phase,correction_s"),
        ("no", "cannot be read"),
    ):
        with pytest.raises(ConfigError, match=rf"station corrections .*{name}.*{said}"):
            corrections_of(str(tmp_path / name), *columns)


def test_of_many_notes_the_first_are_said(capsys):
    problems = [Problem(f"X.{k}.", "is unknown") for k in range(MOST_NOTES + 2)]
    assert notes_of(problems[:1]) == [{"where": "X.0.", "reason": "is unknown"}]
    say_notes(problems[:2])
    assert capsys.readouterr().err == "note: X.0.: is unknown\nnote: X.1.: is unknown\n"
    say_notes(problems)
    assert capsys.readouterr().err.splitlines()[MOST_NOTES:] == ["note: 2 more; see --json"]
    say_notes(problems, "")
    assert capsys.readouterr().err.endswith("note: 2 more\n")

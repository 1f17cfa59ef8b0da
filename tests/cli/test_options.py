from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from onsets.cli.options import options_of, say
from onsets.errors import ConfigError


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
    with pytest.raises(ConfigError, match="did you mean 'seed'"):
        options_of(Outer(), None, ["sead=3"])


def test_a_summary_is_words_json_or_nothing(capsys):
    for as_json, quiet in ((False, False), (True, False), (False, True)):
        say({"count": 2}, "{count} made", as_json, quiet)
    assert capsys.readouterr().out == '2 made\n{"count": 2}\n'

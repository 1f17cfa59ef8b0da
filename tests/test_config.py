"""Configuration: every key known or an error, every value of its kind, overrides, and back to plain."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets import config
from onsets.errors import ConfigError


@dataclass(frozen=True)
class Shape:
    TAG: ClassVar[str] = "shape"
    VARIANTS: ClassVar[dict[str, Any]] = {}


@dataclass(frozen=True)
class Circle(Shape):
    radius: float = 1.0

    def __post_init__(self) -> None:
        if self.radius <= 0:
            raise ConfigError(f"radius = {self.radius} must be above 0")


@dataclass(frozen=True)
class Line(Shape):
    ends: tuple[float, float] = (0.0, 1.0)


Shape.VARIANTS.update(circle=Circle, line=Line)


@dataclass(frozen=True)
class Drawing:
    name: str
    colour: Literal["red", "green"] = "red"
    copies: int = 1
    framed: bool = False
    scale: float | None = None
    shapes: tuple[Shape, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    first: Circle = field(default_factory=Circle)


TEXT = """
name = "x"
copies = 2
scale = 3
weights = { a = 1, b = 0.5 }
first.radius = 2
[[shapes]]
shape = "line"
ends = [1, 2]
[[shapes]]
shape = "circle"
"""


def test_a_file_becomes_dataclasses(tmp_path: Path) -> None:
    (tmp_path / "drawing.toml").write_text(TEXT)
    drawing = config.load(Drawing, tmp_path / "drawing.toml", ["copies=5", "shapes.0.ends=[0, 9]"])
    assert drawing == Drawing(
        "x",
        copies=5,
        scale=3.0,
        shapes=(Line((0.0, 9.0)), Circle()),
        weights={"a": 1.0, "b": 0.5},
        first=Circle(2.0),
    )
    assert isinstance(drawing.scale, float)


def test_plain_is_taken_back() -> None:
    drawing = Drawing("x", shapes=(Circle(3.0), Line()), weights={"k": 2.0})
    assert config.make(Drawing, config.plain(drawing)) == drawing


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nmae": "x"}, "unknown key 'nmae'; did you mean 'name'?"),
        ({}, "key 'name' is missing"),
        ({"name": 1}, "name: got 1, expected text"),
        ({"name": "x", "colour": "gren"}, "did you mean 'green'?"),
        ({"name": "x", "copies": True}, "expected a whole number"),
        ({"name": "x", "copies": 1.0}, "expected a whole number"),
        ({"name": "x", "framed": 1}, "expected true or false"),
        ({"name": "x", "scale": float("nan")}, "expected a number"),
        ({"name": "x", "shapes": {}}, "expected a list"),
        ({"name": "x", "shapes": [{"shape": "cirkle"}]}, "shapes[0]: unknown shape 'cirkle'; did you mean"),
        ({"name": "x", "shapes": [{"radius": 1}]}, "shape is missing; choose from circle, line"),
        ({"name": "x", "shapes": [{"shape": "circle", "ends": 1}]}, "unknown key 'ends'"),
        ({"name": "x", "shapes": [{"shape": "line", "ends": [1]}]}, "got 1 values, expected 2"),
        ({"name": "x", "first": {"radius": -1}}, "first: radius = -1.0 must be above 0"),
        ({"name": "x", "first": 3}, "first: got 3, expected a table"),
        ({"name": "x", "weights": {"a": "b"}}, "weights.a: got 'b', expected a number"),
        ({"name": "x", "weights": 1}, "expected a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.make(Drawing, values, "drawing.toml")
    assert str(caught.value).startswith("drawing.toml")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["copies", "=1", "shapes.x.radius=1", "shapes.3.radius=1", "name.x=1"])
def test_an_override_that_leads_nowhere(text: str) -> None:
    with pytest.raises(ConfigError):
        config.override({"name": "x", "shapes": [{"shape": "circle"}]}, text)


def test_an_override_leaves_the_original_alone() -> None:
    values = {"run": {"seed": 1}, "list": [{"a": 1}]}
    config.override(config.override(values, "run.seed=2"), "list.0.a=2")
    assert values == {"run": {"seed": 1}, "list": [{"a": 1}]}


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans()))
def test_an_override_reads_values_as_toml_does(value: float | bool) -> None:
    written = str(value).lower() if isinstance(value, bool) else repr(value)
    assert config.override({}, f"a.b={written}") == {"a": {"b": value}}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        config.load(Drawing, tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("name = ")
    with pytest.raises(ConfigError, match="is no TOML"):
        config.load(Drawing, tmp_path / "bad.toml")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01T12:00:00Z", "2024-01-01T12:00:00+00:00"),
        ('"2024-01-01"', "2024-01-01"),
    ],
)
def test_a_time_may_stand_without_quotes(written, text):
    @dataclass(frozen=True)
    class Span:
        start: str

    assert config.make(Span, config.override({}, f"start={written}")).start == text

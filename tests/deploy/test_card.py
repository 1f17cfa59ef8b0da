"""Cards: written, read, and what does not fit them refused."""

from __future__ import annotations

import dataclasses

import pytest

from onsets.deploy.card import card_paths, check_card, read_card, spec_of, write_card
from onsets.errors import ExportError


@pytest.fixture
def exported(small, tmp_path):
    target = tmp_path / "x.onnx"
    target.write_bytes(bytes(range(200)))
    facts = {
        "model": "small",
        "format": "onnx",
        "spec": dataclasses.asdict(small[1]),
        "source": {"sha256": "0"},
    }
    write_card(target, [target], facts)
    return target


def test_round_trip(small, exported):
    card = check_card(exported)
    assert spec_of(card) == small[1] and card["files"]["x.onnx"]["bytes"] == 200
    page = card_paths(exported)[1].read_text()
    assert "# small, onnx" in page and card["files"]["x.onnx"]["sha256"] in page


@pytest.mark.parametrize(
    ("damage", "hint"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[:-1]), "199 bytes"),
        (lambda p: p.write_bytes(p.read_bytes()[:-1] + b"!"), "altered"),
        (lambda p: p.unlink(), "missing"),
    ],
)
def test_damage_is_refused(exported, damage, hint):
    damage(exported)
    with pytest.raises(ExportError, match=hint):
        check_card(exported)


@pytest.mark.parametrize(
    ("text", "hint"), [(None, "no card"), ("{", "no JSON"), ("[]", "no card of an export")]
)
def test_broken_cards(exported, text, hint):
    path = card_paths(exported)[0]
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(ExportError, match=hint):
        read_card(exported)

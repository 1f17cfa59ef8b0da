import base64

from onsets.evaluation.pages import Card, Section, as_html, as_markdown, shown

CARD = Card(
    "A <card>",
    ("first & last",),
    (
        Section(
            "Scores", "Words.", ("model", "F1"), [("a|b", "0.5"), ("<x>", "–")], (("p.png", "a picture"),)
        ),
    ),
)


def test_numbers():
    assert shown(1234) == "1,234" and shown(0.5, 2) == "0.50" and shown(0.5, sign=True) == "+0.500"
    assert shown(None) == shown(float("inf")) == "–"


def test_markdown():
    text = as_markdown(CARD)
    assert text.startswith("# A <card>\n\n- first & last\n\n## Scores\n\nWords.\n")
    assert "| model | F1 |\n|---|---|\n| a\\|b | 0.5 |" in text
    assert "![a picture](p.png)" in text


def test_html_is_escaped_and_needs_no_other_file(tmp_path):
    (tmp_path / "p.png").write_bytes(b"picture")
    text = as_html(CARD, tmp_path)
    assert "A &lt;card&gt;" in text and "&lt;x&gt;" in text and "first &amp; last" in text
    assert base64.b64encode(b"picture").decode() in text
    assert "<script" not in text and "http" not in text
    assert '<td class="word">a|b</td><td>0.5</td>' in text

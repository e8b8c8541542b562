import pytest

from livedocs.semantic.entry_text import entry_text


@pytest.mark.parametrize(
    ("title", "page_title", "signature", "text", "expected"),
    [
        ("Basic Usage", "json — JSON encoder", "", "Use\n dumps().", "Basic Usage (json — JSON encoder): Use dumps()."),
        ("json — JSON encoder", "json — JSON encoder", "", "Text.", "json — JSON encoder: Text."),
        ("ast.Add", "ast — Syntax trees", "ast.Add()", " ", "ast.Add (ast — Syntax trees): ast.Add()"),
        ("Functions", "re — Regular expressions", "", "", "Functions (re — Regular expressions)"),
        ("Functions", "", "", "", "Functions"),
    ],
)
def test_an_entry_is_described_by_its_title_its_page_and_its_text(
    title: str, page_title: str, signature: str, text: str, expected: str
) -> None:
    assert entry_text(title=title, page_title=page_title, signature=signature, text=text) == expected


def test_a_long_text_is_cut_at_a_word() -> None:
    assert entry_text(title="t", page_title="", signature="", text="word " * 100) == "t: " + " ".join(["word"] * 60)

import pytest

from livedocs.parsing.models import VersionNote
from livedocs.parsing.notes import read_note


def label(words: str, rest: str = "") -> str:
    return f'<p><span class="versionmodified">{words}</span>{rest}</p>'


@pytest.mark.parametrize(
    ("html", "version", "text"),
    [
        (label("New in version 3.4."), "3.4", ""),
        (label("Added in version 3.13: ", "The <em>x</em> argument."), "3.13", "The x argument."),
        (label("Changed in version 3.6.1: ", "Faster."), "3.6.1", "Faster."),
        (label("Deprecated since version 3.10: ", "Use <code>y</code>."), "3.10", "Use y."),
        (label("Changed in version next: ", "Soon."), "next", "Soon."),
        (
            label("Deprecated since version 3.2, will be removed in version 3.12: ", "Gone."),
            "3.2",
            "will be removed in version 3.12: Gone.",
        ),
        (label("Geändert in Version 3.5: ", "Schneller."), "3.5", "Schneller."),
        (label("バージョン 3.5 で変更: ", "速い。"), "3.5", "で変更: 速い。"),
        (label("New lately."), "", ""),
        ("<p>No label at all.</p>", "", "No label at all."),
        (label("Changed in version 2.0: ", "One.</p><pre>a\n  b</pre><p>Two."), "2.0", "One.\na\n  b\nTwo."),
    ],
)
def test_version_and_text_are_told_apart(html, version, text):
    assert read_note("changed", html) == VersionNote("changed", version, text)

from hypothesis import given
from hypothesis import strategies as st

from livedocs.parsing.text import SUMMARY_CHARACTERS, inline_text, plain_text, summary_of


def test_blocks_stand_on_lines_of_their_own():
    html = "<p>One\ntwo.</p><ul><li><p>a</p></li><li>b<br>c</li></ul><table><tr><td>1</td><td>2</td></tr></table>"
    assert plain_text(html) == "One two.\na\nb\nc\n1\n2"


def test_code_keeps_lines_and_indentation():
    html = "<div><pre><span>def</span> f():\n    return 1   \n\n</pre></div><p>after</p>"
    assert plain_text(html) == "def f():\n    return 1\nafter"


def test_entities_and_hard_spaces_become_characters():
    assert inline_text("a&nbsp;&lt;b&gt; &amp; c") == "a <b> & c"


def test_short_summary_is_kept():
    assert summary_of("A sentence.") == "A sentence."


def test_long_summary_ends_with_a_sentence():
    sentence = "Tea is made of leaves and water. "
    assert summary_of(sentence * 20).endswith("water.")


def test_long_summary_without_sentences_ends_between_words():
    summary = summary_of("tea " * 200)
    assert summary.endswith("tea …")


@given(st.text())
def test_summary_is_never_much_longer_than_allowed(text):
    assert len(summary_of(text)) <= SUMMARY_CHARACTERS + 2

"""Words are counted entry by entry where a page is parsed."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from livedocs.library.analysis import MAX_TERM_CHARS, tokens
from livedocs.library.page_words import count_page, first_sentence
from livedocs.parsing.models import Entry

_LONG = "x" * (MAX_TERM_CHARS + 1)
_TEXTS = st.lists(st.sampled_from(["a", "b_c", "c", ".", " ", "\n", "__d__", _LONG, "e "]), max_size=12).map("".join)


@given(st.lists(st.tuples(_TEXTS, _TEXTS), max_size=5))
def test_every_word_of_every_entry_is_counted(texts: list[tuple[str, str]]) -> None:
    entries = [Entry(str(at), "data", "py:data", "n", text=text, summary=said) for at, (text, said) in enumerate(texts)]
    page = count_page(entries)
    words = [[word for word in tokens(entry.text) if len(word) <= MAX_TERM_CHARS] for entry in entries]
    assert array("I", page.text_lengths).tolist() == [len(found) for found in words]
    cut = iter(zip(array("I", page.text_words), array("I", page.text_counts), strict=True))
    known = page.words.split("\n")
    for count, found in zip(array("I", page.text_rows), words, strict=True):
        rows = [next(cut) for _ in range(count)]
        assert {known[word]: times for word, times in rows} == {word: found.count(word) for word in found}
    said = iter(array("I", page.summary_words))
    for count, entry in zip(array("I", page.summary_rows), entries, strict=True):
        expected = {word for word in tokens(first_sentence(entry.summary)) if len(word) <= MAX_TERM_CHARS}
        assert sorted(known[next(said)] for _ in range(count)) == sorted(expected)


def test_a_first_sentence_ends_where_the_next_begins() -> None:
    assert first_sentence("See os.path. Or not.") == "See os.path."
    assert first_sentence("No end") == "No end"

"""Meaning over some functions of Python 3.11, with the real model: it finds what words miss, when it is asked."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from livedocs.search.candidates import CandidateReader
from livedocs.search.engine import Engine
from livedocs.search.meaning import Meaning
from livedocs.semantic.embedder import Embedder
from livedocs.semantic.entry_vectors import EntryVectors

EMBEDDED = 70
"""More entries than meaning proposes for one question."""

QUESTIONS = [
    ("let my program pause for three seconds", "time.sleep"),
    ("number of processors of this machine", "os.cpu_count"),
    ("quit the running script", "sys.exit"),
    ("biggest number that divides both", "math.gcd"),
]


@pytest.fixture(scope="session")
def embedded_ids(reader: CandidateReader) -> list[int]:
    """Some functions that questions are about, and the most linked ones, ascending."""
    ids = {_id(reader, name) for _, name in QUESTIONS}
    columns, labels = reader.columns(), reader.labels()
    functions = np.array([labels[kind] == "function" for kind in columns["kind"].tolist()])
    for position in np.argsort(-(columns["links"] * functions).astype(np.int64), kind="stable").tolist():
        ids.add(position + 1)
        if len(ids) == EMBEDDED:
            break
    return sorted(ids)


@pytest.fixture(scope="session")
def meaning(reader: CandidateReader, embedded_ids: list[int], tmp_path_factory: pytest.TempPathFactory) -> Meaning:
    embedder = Embedder.load(tmp_path_factory.mktemp("models"))
    texts = reader.texts(embedded_ids)
    vectors = EntryVectors.of(embedder.embed([texts[entry_id] for entry_id in embedded_ids]))
    return Meaning(embedder, vectors, np.array(embedded_ids))


@pytest.fixture(scope="session")
def meaningful(reader: CandidateReader, meaning: Meaning) -> Engine:
    return Engine(reader, meaning=meaning)


def _id(reader: CandidateReader, name: str) -> int:
    return reader.named([name], 1)[0].entry_id


@pytest.mark.parametrize(("question", "name"), QUESTIONS)
def test_the_nearest_entry_says_the_same_in_other_words(
    reader: CandidateReader, meaning: Meaning, question: str, name: str
) -> None:
    near = meaning.near(question, np.array([], dtype=np.intp), None)
    assert near.entry_ids[near.similarity.argmax()] == _id(reader, name)
    assert near.entry_ids.tolist() == sorted(set(near.entry_ids.tolist()))
    assert len(near.entry_ids) < EMBEDDED
    assert near.similarity.min() >= 0
    assert near.similarity.max() <= 1


def test_candidates_of_other_tiers_are_compared_however_far_they_are(meaning: Meaning, embedded_ids: list[int]) -> None:
    question, nobody = QUESTIONS[0][0], np.array([], dtype=np.intp)
    alone = set(meaning.near(question, nobody, None).entry_ids.tolist())
    far = sorted(set(embedded_ids) - alone)
    assert far
    together = meaning.near(question, np.array(far), None)
    assert set(together.entry_ids.tolist()) == alone | set(far)
    without_vector = next(entry_id for entry_id in range(1, 1000) if entry_id not in embedded_ids)
    assert without_vector not in meaning.near(question, np.array([without_vector]), None).entry_ids


def test_only_allowed_entries_are_near(reader: CandidateReader, meaning: Meaning, embedded_ids: list[int]) -> None:
    question, name = QUESTIONS[0]
    allowed = np.ones(len(reader.columns()["links"]), dtype=bool)
    allowed[_id(reader, name) - 1] = False
    near = meaning.near(question, np.array([], dtype=np.intp), allowed)
    assert len(near.entry_ids)
    assert _id(reader, name) not in near.entry_ids
    assert not len(meaning.near(question, np.array([], dtype=np.intp), np.zeros_like(allowed)).entry_ids)


@pytest.mark.parametrize(("question", "name"), QUESTIONS)
def test_what_words_miss_comes_up_in_the_answer(engine: Engine, meaningful: Engine, question: str, name: str) -> None:
    def rank(answering: Engine) -> int:
        names = [hit.name for hit in answering.search(question, limit=100).hits]
        return names.index(name) if name in names else len(names)

    assert rank(meaningful) < 3
    assert rank(meaningful) < rank(engine)


def test_a_hit_says_that_its_meaning_found_it(meaningful: Engine) -> None:
    question, name = QUESTIONS[0]
    hit = next(hit for hit in meaningful.search(question, explain=True).hits if hit.name == name)
    assert "its meaning" in hit.why[0]
    assert any(reason.startswith("means it +") for reason in hit.why)


@pytest.mark.parametrize(
    "typed",
    [
        "sleep",
        "time.sleep",
        "time.slee",
        "json dumps",
        "list comprehension",
        ":=",
        "OSError: no space left on device",
        "kind:function",
        "a // b",
    ],
)
def test_names_errors_and_syntax_mean_what_they_say(engine: Engine, meaningful: Engine, typed: str) -> None:
    assert meaningful.search(typed, limit=100, explain=True) == engine.search(typed, limit=100, explain=True)


def test_filters_and_excluded_words_hold_for_what_is_meant_as_well(meaningful: Engine) -> None:
    question, name = QUESTIONS[0]
    for limited in (f"kind:method {question}", f"in:json {question}", f"{question} -suspend"):
        assert name not in {hit.name for hit in meaningful.search(limited, limit=100).hits}
    assert meaningful.search(f"kind:function in:time {question}").hits[0].name == name


def test_other_rules_keep_the_meaning(meaningful: Engine) -> None:
    question, name = QUESTIONS[0]
    assert name in {hit.name for hit in meaningful.with_rules(meaningful._rules).search(question).hits[:3]}


def test_threads_share_one_meaning(meaning: Meaning) -> None:
    nobody = np.array([], dtype=np.intp)
    questions = [question for question, _ in QUESTIONS] * 4
    expected = [meaning.near(question, nobody, None).similarity.tolist() for question in questions]
    with ThreadPoolExecutor(2) as threads:
        given = threads.map(lambda question: meaning.near(question, nobody, None).similarity.tolist(), questions)
        assert list(given) == expected

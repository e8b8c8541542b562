import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from livedocs.errors import ModelError
from livedocs.semantic.embedder import Embedder
from livedocs.semantic.embedding import embed_texts
from livedocs.semantic.entry_vectors import RECORD_BYTES, EntryVectors
from livedocs.semantic.vector_cache import KEPT_DAYS, VectorCache

TEXTS = [f"entry {number}" for number in range(300)]

Report = list[tuple[str, int, int | None]]


def _embed(texts: list[str], embedder: Embedder, cache: Path) -> tuple[EntryVectors, Report]:
    reports: Report = []
    vectors = embed_texts(texts, embedder, cache, report=lambda *report: reports.append(report))
    return vectors, reports


def test_each_text_has_its_own_vector_in_order(embedder: Embedder, tmp_path: Path) -> None:
    texts = [*TEXTS, TEXTS[0]]
    vectors, reports = _embed(texts, embedder, tmp_path / "made" / "vectors.sqlite")
    assert vectors.stored() == EntryVectors.of(embedder.embed(texts)).stored()
    assert reports == [("embedding", 0, 300), ("embedding", 256, 300), ("embedding", 300, 300)]


def test_only_what_changed_is_embedded_again(embedder: Embedder, tmp_path: Path) -> None:
    cache = tmp_path / "vectors.sqlite"
    first, _ = _embed(TEXTS, embedder, cache)
    again, reports = _embed(["new", *TEXTS[10:]], embedder, cache)
    assert reports == [("embedding", 290, 291), ("embedding", 291, 291)]
    assert again.stored()[RECORD_BYTES:] == first.stored()[10 * RECORD_BYTES :]


def test_nothing_to_embed_is_no_error(embedder: Embedder, tmp_path: Path) -> None:
    assert len(_embed([], embedder, tmp_path / "vectors.sqlite")[0]) == 0


def test_a_killed_run_is_continued(embedder: Embedder, models_folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "vectors.sqlite"
    code = (
        "import os, signal; from pathlib import Path\n"
        "from livedocs.semantic.embedder import Embedder; from livedocs.semantic.embedding import embed_texts\n"
        "def report(step, done, total):\n"
        "    if done: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"embedder = Embedder.load(Path({str(models_folder)!r}))\n"
        f"embed_texts([f'entry {{n}}' for n in range(300)], embedder, Path({str(cache)!r}), report=report)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    vectors, reports = _embed(TEXTS, embedder, cache)
    assert reports == [("embedding", 256, 300), ("embedding", 300, 300)]
    assert vectors.stored() == EntryVectors.of(embedder.embed(TEXTS)).stored()


def test_runs_at_once_share_a_cache(embedder: Embedder, tmp_path: Path) -> None:
    cache = tmp_path / "vectors.sqlite"
    with ThreadPoolExecutor(2) as threads:
        one, two = threads.map(lambda _: embed_texts(TEXTS[:50], embedder, cache).stored(), range(2))
    assert one == two


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_cache_is_begun_anew(embedder: Embedder, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "vectors.sqlite"
    cache.write_bytes(content)
    assert _embed(["text"], embedder, cache)[1] == [("embedding", 0, 1), ("embedding", 1, 1)]
    assert _embed(["text"], embedder, cache)[1] == [("embedding", 1, 1)]


def test_another_database_in_its_place_is_left_alone_and_named(embedder: Embedder, tmp_path: Path) -> None:
    cache = tmp_path / "vectors.sqlite"
    with closing(sqlite3.connect(cache)) as connection:
        connection.execute("CREATE TABLE vector (key, something)")
    with pytest.raises(ModelError, match=r"vectors\.sqlite cannot be read or written"):
        embed_texts(["text"], embedder, cache)


def test_a_cache_that_cannot_be_written_is_named(embedder: Embedder, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"{tmp_path}.* cannot be read or written"):
        embed_texts(["text"], embedder, tmp_path)


def test_vectors_of_another_model_are_not_mixed_in(tmp_path: Path) -> None:
    stored = EntryVectors.of(np.ones((1, 384), dtype=np.float32)).stored()
    with VectorCache(tmp_path / "vectors.sqlite", "one") as cache:
        cache.write({cache.key("text"): stored})
        assert cache.read([cache.key("text")]) == {cache.key("text"): stored}
    with VectorCache(tmp_path / "vectors.sqlite", "another") as cache:
        assert cache.read([cache.key("text")]) == {}


def test_what_no_build_asks_for_is_forgotten_after_a_while(tmp_path: Path) -> None:
    stored = EntryVectors.of(np.ones((1, 384), dtype=np.float32)).stored()
    path = tmp_path / "vectors.sqlite"
    with VectorCache(path, "model") as cache:
        asked, unasked = cache.key("asked"), cache.key("unasked")
        cache.write({asked: stored, unasked: stored})
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE vector SET used = used - ?", (KEPT_DAYS + 1,))
    with VectorCache(path, "model") as cache:
        cache.read([asked])
        cache.forget_unused()
        assert cache.read([asked, unasked]) == {asked: stored}

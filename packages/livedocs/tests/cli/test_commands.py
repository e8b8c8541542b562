import json
import shutil
import signal
import socket
from importlib.metadata import version

import httpx2
import pytest


def test_the_version_is_the_packages(empty):
    assert empty("--version").stdout == f"livedocs {version('livedocs')}\n"


def test_every_command_explains_itself(empty):
    listed = empty("--help").stdout
    for command in ("build", "embed", "serve", "up", "search", "show", "docsets", "remove"):
        assert command in listed
        assert empty(command, "--help").returncode == 0


def test_the_shell_completes_commands(empty):
    done = empty(_LIVEDOCS_COMPLETE="complete_bash", COMP_WORDS="livedocs se", COMP_CWORD="1")
    assert sorted(done.stdout.split()) == ["search", "serve"]


def test_show_prints_signature_text_place_and_rights(jinja):
    printed = jinja("show", "jinja2.Environment.get_template").stdout
    assert printed.startswith("jinja2.Environment.get_template  method  jinja")
    assert "get_template(name, " in printed
    assert "Load a template" in printed
    assert "api.html#jinja2.Environment.get_template" in printed
    assert "Copyright" in printed or "BSD" in printed


def test_show_takes_the_end_of_a_name_and_an_id(jinja):
    by_name = jinja("show", "Environment.get_template").stdout
    hit = json.loads(jinja("search", "--json", "jinja2.Environment.get_template", "-n", "1").stdout)["hits"][0]
    assert by_name == jinja("show", str(hit["id"])).stdout


def test_show_json_is_the_body_of_the_api(jinja):
    shown = jinja("show", "--json", "jinja2.Environment")
    with jinja.serving("serve", "--port", "0") as (_, url):
        answer = httpx2.get(f"{url}/api/v1/entries/{json.loads(shown.stdout)['id']}")
    assert shown.stdout == answer.text + "\n"


@pytest.mark.parametrize(
    "wanted", ["jinja2.Environment.get_templte", "999999999", "9" * 400, "\udcff", "no such thing"]
)
def test_show_of_what_is_not_there_says_so(jinja, wanted):
    done = jinja("show", "--", wanted)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no entry" in done.stderr
    assert "Traceback" not in done.stderr


def test_docsets_lists_what_was_built(jinja, jinja_docset):
    done = jinja("docsets")
    assert jinja_docset in done.stdout
    assert "Debian package python-jinja2-doc" in done.stdout


def test_docsets_json_is_the_body_of_the_api(jinja):
    with jinja.serving("serve", "--port", "0") as (_, url):
        assert jinja("docsets", "--json").stdout == httpx2.get(f"{url}/api/v1/docsets").text + "\n"


def test_remove_takes_a_docset_out_of_the_library(own_jinja, jinja_docset):
    assert own_jinja("remove", jinja_docset).returncode == 0
    assert json.loads(own_jinja("docsets", "--json").stdout) == {"docsets": []}
    assert "The library is empty" in own_jinja("docsets").stdout
    assert own_jinja("search", "Environment").returncode == 1


@pytest.mark.parametrize(("docset", "code"), [("jinja", 2), ("@1", 2), ("jinja@", 2), ("jinja@0", 1), ("nothing@1", 1)])
def test_remove_of_what_is_not_there_changes_nothing(own_jinja, docset, code):
    before = own_jinja.library.read_bytes()
    assert own_jinja("remove", docset).returncode == code
    assert own_jinja.library.read_bytes() == before


def test_a_build_reports_source_counts_size_and_hash(empty, jinja_documentation):
    done = empty("build", str(jinja_documentation.root), "--name", "templates", "--version", "9")
    assert done.returncode == 0
    assert "as templates@9" in done.stdout
    folder = jinja_documentation.root
    assert f"from folder {folder.parent.name}/{folder.name}\n" in done.stdout
    for words in ("pages, ", "entries", "objects found", " MB", "content sha256 "):
        assert words in done.stdout
    assert "Parsing pages" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert empty("search", "Environment").returncode == 0


def test_several_documentations_are_built_one_after_the_other(empty, jinja_documentation, flask_documentation):
    assert empty("build", str(jinja_documentation.root), str(flask_documentation.root)).returncode == 0
    held = json.loads(empty("docsets", "--json").stdout)["docsets"]
    assert [docset["name"] for docset in held] == ["flask", "jinja"]


def test_one_name_for_several_documentations_is_refused(empty):
    done = empty("build", "python", "python@3.12", "--name", "python")
    assert done.returncode == 2
    assert not empty.library.exists()


def test_a_build_that_finds_no_source_leaves_the_library_as_it_was(own_jinja):
    before = own_jinja.library.read_bytes()
    missing = own_jinja("build", "debian:python-no-such-package-doc")
    assert missing.returncode == 4
    assert "No source could provide" in missing.stderr
    nonsense = own_jinja("build", "nonsense")
    assert nonsense.returncode == 4
    assert "nothing that can be built" in nonsense.stderr
    assert own_jinja.library.read_bytes() == before


def test_a_file_that_is_no_library_makes_way_for_a_build_and_is_kept(own_jinja, jinja_documentation):
    own_jinja.library.write_text("my notes")
    done = own_jinja("build", str(jinja_documentation.root))
    assert done.returncode == 0
    kept = [path for path in own_jinja.library.parent.iterdir() if path.read_bytes() == b"my notes"]
    assert str(kept[0]) in done.stdout


def test_serve_ends_with_its_exit_code_on_ctrl_c_and_says_nothing_more(jinja):
    with jinja.serving("serve", "--port", "0") as (process, url):
        assert httpx2.get(f"{url}/healthz").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == ""
        assert process.wait() == 130


def test_a_port_in_use_is_named_with_the_remedy(jinja):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = jinja("serve", "--port", str(port))
    assert done.returncode == 5
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr


def test_settings_come_from_the_environment(jinja):
    with jinja.serving("serve", "--port", "0", "--host", "localhost") as (_, url):
        assert url.startswith("http://localhost:")


def test_up_serves_a_library_that_is_there(jinja):
    with jinja.serving("up", "--port", "0") as (_, url):
        assert httpx2.get(f"{url}/api/v1/search", params={"q": "Environment"}).json()["hits"]


def test_up_builds_python_first_when_there_is_no_library(empty, python_documentation):
    with empty.serving("up", "--port", "0") as (_, url):
        hits = httpx2.get(f"{url}/api/v1/search", params={"q": "asyncio.gather"}).json()["hits"]
    assert hits[0]["name"] == "asyncio.gather"


def test_up_does_not_replace_a_damaged_library_unasked(own_jinja):
    own_jinja.library.write_text("my notes")
    assert own_jinja("up", "--port", "0").returncode == 3
    assert own_jinja.library.read_text() == "my notes"


def test_a_place_that_cannot_be_written_is_refused_before_any_documentation_is_sought(empty):
    (empty.folder / "file").touch()
    done = empty.with_library(empty.folder / "file" / "library.sqlite")("build", "debian:python-no-such-package-doc")
    assert done.returncode == 3
    assert "LIVEDOCS_LIBRARY_PATH" in done.stderr


def test_paths_in_settings_are_read_as_a_shell_reads_them(own_jinja):
    library = own_jinja.library.relative_to(own_jinja.folder)
    assert own_jinja("search", "Environment", LIVEDOCS_LIBRARY_PATH=f"~/{library}").returncode == 0
    assert own_jinja("build", "nonsense", LIVEDOCS_LIBRARY_PATH="~/new/library.sqlite").returncode == 4
    assert (own_jinja.folder / "new").is_dir()
    assert not (own_jinja.folder / "~").exists()


def test_two_slashes_in_front_of_a_path_count_as_one(own_jinja, jinja_docset):
    slashed = {"LIVEDOCS_LIBRARY_PATH": f"/{own_jinja.library}"}
    assert own_jinja("docsets", "--json", **slashed).stdout == own_jinja("docsets", "--json").stdout
    assert own_jinja("remove", jinja_docset, **slashed).returncode == 0
    assert json.loads(own_jinja("docsets", "--json").stdout) == {"docsets": []}


def test_config_says_what_is_in_effect_and_where_it_came_from(empty):
    secret = "mK3rUq0zvYt1-b7Wc"
    variables = {"LIVEDOCS_PORT": "8001", "LIVEDOCS_METRICS_TOKEN": secret, "LIVEDOCS_WORKER": "2"}
    done = empty("config", **variables)
    lines = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.startswith("LIVEDOCS")}
    assert lines["LIVEDOCS_PORT"] == ["8001", "environment"]
    assert lines["LIVEDOCS_METRICS_TOKEN"] == ["********", "environment"]
    assert lines["LIVEDOCS_HOST"] == ["127.0.0.1", "default"]
    assert "Did you mean LIVEDOCS_WORKERS?" in done.stderr
    printed = empty("config", "--json", **variables)
    assert json.loads(printed.stdout)["settings"]["LIVEDOCS_PORT"] == {"value": "8001", "source": "environment"}
    assert secret not in done.stdout + done.stderr + printed.stdout + printed.stderr


def test_a_moved_library_is_found_through_its_setting(own_jinja, tmp_path):
    moved = tmp_path / "elsewhere.sqlite"
    shutil.move(own_jinja.library, moved)
    assert own_jinja("search", "Environment").returncode == 3
    assert own_jinja.with_library(moved)("search", "Environment").returncode == 0

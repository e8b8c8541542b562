import json
import os
import pty
import re
import shlex
import subprocess
import sys

import httpx2
import pytest


def names_of(done):
    return [hit["name"] for hit in json.loads(done.stdout)["hits"]]


COLOUR = re.compile(r"\x1b\[[\d;]*3[0-7]")


def test_json_is_the_body_of_the_api_byte_for_byte(jinja):
    queries = ["Environment", "Environment.get_template", "template inheritance", "enviroment", "{% raw %}", "-", "🐍"]
    with jinja.serving("serve", "--port", "0") as (_, url):
        for query in queries:
            answer = httpx2.get(f"{url}/api/v1/search", params={"q": query, "limit": "7"})
            assert jinja("search", "--json", "--limit", "7", "--", query).stdout == answer.text + "\n"


def test_a_hit_shows_its_name_kind_signature_summary_and_place(jinja):
    done = jinja("search", "jinja2.Environment.get_template", "--limit", "1")
    assert done.returncode == 0
    headline, signature, summary, place = done.stdout.splitlines()
    assert headline.startswith("jinja2.Environment.get_template  method  jinja")
    assert signature.strip().startswith("jinja2.Environment.get_template(name, ")
    assert summary.strip()
    assert place.strip().endswith("api.html#jinja2.Environment.get_template")


def test_the_place_of_a_hit_that_is_nowhere_on_the_web_is_named_and_looks_like_no_path(jinja, jinja_docset):
    place = f"{jinja_docset.replace('@', ' ')}: api.html#jinja2.Environment.get_template"
    found = jinja("search", "jinja2.Environment.get_template", "--limit", "1").stdout.splitlines()
    assert found[-1] == f"  {place}"
    assert place in jinja("show", "jinja2.Environment.get_template").stdout.splitlines()


def test_words_need_no_quotes(jinja):
    assert jinja("search", "template", "inheritance").stdout == jinja("search", "template inheritance").stdout


@pytest.mark.parametrize(
    "words",
    [["->"], ["-="], ["-m", "pdb"], ["-Wignore"], ["-with"], ["--check-hash-based-pycs", "x"], ["-"], ["--x=1"]],
)
def test_what_begins_with_a_dash_and_is_no_option_is_looked_for(jinja, words):
    with_options_around = jinja("search", "--json", *words, "-n", "3", "--kind=class")
    assert with_options_around.returncode in {0, 1}
    assert json.loads(with_options_around.stdout)["query"] == " ".join(words)
    shown = jinja("show", words[0])
    assert "There is no entry" in shown.stderr or shown.returncode == 0


def test_a_query_may_contain_the_name_of_an_option_behind_two_dashes(jinja):
    assert json.loads(jinja("search", "--json", "--", "--json", "-h").stdout)["query"] == "--json -h"


def test_help_is_given_beside_a_query(jinja):
    assert "Search the library" in jinja("search", "->", "-h").stdout


def test_a_limit_is_kept(jinja):
    assert len(json.loads(jinja("search", "--json", "-n", "3", "template").stdout)["hits"]) == 3


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_a_limit_out_of_range_is_a_wrong_command_line(jinja, limit):
    done = jinja("search", "template", "--limit", limit)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_kind_and_a_docset_limit_the_search(jinja, jinja_docset):
    done = jinja("search", "--json", "template", "--kind", "Class", "--docset", jinja_docset)
    assert {hit["kind"] for hit in json.loads(done.stdout)["hits"]} == {"class"}
    elsewhere = jinja("search", "--json", "template", "--docset", "python")
    assert (elsewhere.returncode, json.loads(elsewhere.stdout)["hits"]) == (1, [])


def test_a_correction_is_said_and_the_command_beside_it_takes_it_back(jinja):
    done = jinja("search", "get_templte kind:method", "-n", "1")
    said = done.stdout.splitlines()[0]
    assert said == """Showing results for get_template. As typed: livedocs search '"get_templte" kind:method'"""
    assert done.returncode == 0
    as_typed = jinja(*shlex.split(said.partition("As typed: livedocs ")[2]))
    assert "Showing results for" not in as_typed.stdout
    assert as_typed.stdout.splitlines()[:3] == [
        "Nothing found for '\"get_templte\" kind:method'.",
        "Only entries of the kind method were searched.",
        "Only what says “get_templte” just so was searched.",
    ]


def test_explain_says_of_each_hit_which_tier_and_rules_placed_it(jinja):
    lines = jinja("search", "--explain", "-n", "1", "Environment.get_template").stdout.splitlines()
    (why,) = [line for line in lines if line.startswith("  found by its name")]
    assert "; named exactly +" in why
    explained = json.loads(jinja("search", "--json", "--explain", "-n", "3", "template loader").stdout)["hits"]
    assert all(hit["why"][0].startswith("found by ") and len(hit["why"]) > 1 for hit in explained)
    plain = json.loads(jinja("search", "--json", "-n", "3", "template loader").stdout)["hits"]
    assert [hit | {"why": []} for hit in explained] == plain


def test_the_query_itself_may_hold_filters_phrases_and_what_to_leave_out(jinja):
    def names(query):
        return names_of(jinja("search", "--json", "-n", "50", query))

    limited = names_of(jinja("search", "--json", "-n", "50", "template", "--kind", "class"))
    assert names("kind:class template") == limited != names("template")
    assert names("in:jinja2.nodes node")
    assert all(name.startswith("jinja2.nodes") for name in names("in:jinja2.nodes node"))
    assert "jinja2.FileSystemLoader" in names("loader")
    assert "jinja2.FileSystemLoader" not in names("loader -file")
    assert names('"template designer"')
    assert names("kind:exception")


def test_nothing_found_is_said_and_has_its_exit_code(jinja):
    done = jinja("search", "zzqqxxyy")
    assert (done.returncode, done.stdout) == (1, "Nothing found for 'zzqqxxyy'.\n")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--docset", "nosuch@1", "open"], "Only the docset nosuch@1 was searched. The library holds: {docset}."),
        (["docset:nosuch open"], "Only the docset nosuch was searched. The library holds: {docset}."),
        (["--kind", "Nosuch", "open"], "Only entries of the kind nosuch were searched. There are: "),
        (["--kind", "class", "zzqq"], "Only entries of the kind class were searched."),
        (["zzqq in:jinja2"], "Only the module jinja2 was searched."),
        (["zzqq new:3.0"], "Only what came in version 3.0 was searched; versions are written as 3.11."),
        (["zzqq deprecated:no"], "Only what is not deprecated was searched."),
        (["zzqq -loader"], "What speaks of “loader” was left out."),
    ],
)
def test_a_filter_that_leaves_nothing_is_named_with_what_there_is(jinja, jinja_docset, arguments, advice):
    done = jinja("search", *arguments)
    assert done.returncode == 1
    assert done.stdout.splitlines()[1].startswith(advice.format(docset=jinja_docset))
    assert ("function" in done.stdout) is ("Nosuch" in arguments), "what there is, is listed for what is not there only"


@pytest.mark.parametrize(
    "query", ["", " ", "'", '"', "*", "NEAR(", "a\x01b", "\ud800", "🐍" * 50, "'; DROP TABLE entry"]
)
def test_whatever_is_typed_gets_an_answer(jinja, query):
    done = jinja("search", "--json", "--", query.encode("utf-8", "surrogatepass"))
    assert done.returncode in {0, 1}
    assert "hits" in json.loads(done.stdout)


def test_a_query_that_is_too_long_is_refused_with_advice(jinja):
    done = jinja("search", "x" * 10_000)
    assert (done.returncode, done.stdout) == (2, "")
    assert "10000 characters" in done.stderr


def test_bytes_that_are_no_text_are_answered(jinja):
    done = jinja("search", "--json", b"templ\xff")
    assert json.loads(done.stdout)["query"] == "templ\N{REPLACEMENT CHARACTER}"


def test_lines_in_a_pipe_are_neither_coloured_nor_cut(jinja):
    lines = jinja("search", "Environment", "-n", "20", COLUMNS="20").stdout.splitlines()
    assert not any("\x1b" in line or line.endswith(" ") for line in lines)
    assert max(map(len, lines)) > 100


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_it_wants_none(jinja, variables, coloured):
    master, slave = pty.openpty()
    command = [sys.executable, "-c", "from livedocs.cli.main import main; main()", "search", "Environment", "-n", "1"]
    environment = jinja.environment | {"TERM": "xterm-256color"} | variables
    subprocess.run(command, env=environment, cwd=jinja.folder, stdin=slave, stdout=slave, stderr=slave, check=True)
    printed = os.read(master, 100_000).decode()
    os.close(slave)
    os.close(master)
    assert "jinja2.Environment" in printed.replace("\x1b[0m", "").replace("\x1b[1;4m", "")
    assert bool(COLOUR.search(printed)) is coloured


def test_a_search_waits_for_no_web_framework(jinja):
    statements = (
        "import sys; from livedocs.cli.main import run\n"
        "try: run()\n"
        "except SystemExit: print(sorted({'fastapi', 'httpx2', 'sqlalchemy', 'uvicorn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", statements, "search", "--json", "Environment"],
        env=jinja.environment,
        cwd=jinja.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"

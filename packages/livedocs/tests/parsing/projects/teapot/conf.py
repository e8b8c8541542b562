"""A small manual that uses everything the parser has to understand."""

project = "Teapot"
author = "The Teapot Authors"
copyright = "2026, The Teapot Authors"  # noqa: A001 - Sphinx calls it so
version = release = "1.4"
numfig = True
html_show_sourcelink = False
html_baseurl = "https://teapot.example/"
html_split_index = False


def setup(app):
    app.add_object_type("opcode", "opcode", indextemplate="%s (opcode)")
    app.add_object_type("pdbcommand", "pdbcommand", indextemplate="%s (debugger command)")

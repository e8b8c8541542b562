"""Parsing on every core gives what parsing on one gives, in the same order."""

from livedocs.library.parallel import parse_pages
from livedocs.parsing.contexts import contexts
from livedocs.parsing.generated import is_generated
from livedocs.sources.documentation import Documentation
from livedocs.sources.inventory import Inventory


def test_the_number_of_workers_changes_nothing(jinja_documentation: Documentation) -> None:
    root = jinja_documentation.root
    paths = sorted(path.name for path in root.glob("*.html") if not is_generated(path.name))
    known = contexts(Inventory.load(jinja_documentation.inventory_path), "/docs/jinja/3.1/", paths)
    alone = list(parse_pages(root, known, workers=1))
    together = list(parse_pages(root, known, workers=2))
    assert [page.page.path for page in alone] == paths
    assert alone == together

"""HTML page in, pages, entries, links and terms out. Pure: no file, no network, no database."""

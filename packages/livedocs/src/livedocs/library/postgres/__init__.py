"""The library in PostgreSQL: generations beside each other, published all at once, dropped when nobody reads them.

A generation is one complete library: the tables of `livedocs.library.schema` in a PostgreSQL schema of its own. The
catalogue (`catalogue.py`) says which one is published.
"""

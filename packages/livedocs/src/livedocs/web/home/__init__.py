"""The first page: the search box and what is in the library."""

"""One entry's own documentation, to be read beside the results."""

"""Which examples have tests of their own, which run in a pytest of their own."""

collect_ignore = ["articles"]

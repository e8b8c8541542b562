"""The index: what each term and each beginning of a name finds, and how well, worked out when a library is built.

From the words of pages and entries (`fields`) come the numbers of one docset (`impacts`), which join those of the
docsets that stay (`blocks`). Columns and stored beginnings (`columns`, `beginnings`) follow from the rows of the whole
library.
"""

"""Exact nearest-neighbor search.

This package holds the coordinates of the search (`projection`), trees (`kd_tree`), the index
of the classes of a table (`class_index`) and lists of neighbors (`lists`). Other modules search
among sparse rows (`inverted_index`), rows with missing values (`partial_index`, whose rows are
ordered by `partial_order`), numbers with categories (`mixed`), categories only
(`value_difference`) and blocks of rows that are read one by one (`streaming`). `farthest` sums
the distances to the farthest rows. The loops are in `fastsmote._kernels`, and the decisions of
the samplers in `fastsmote._rules`.
"""

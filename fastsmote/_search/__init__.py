"""Exact nearest neighbors.

Coordinates (`projection`), trees (`kd_tree`), the index of a table's classes (`class_index`),
lists of neighbors (`lists`), and the indexes of sparse rows (`inverted_index`), of numbers
beside categories (`mixed`), of categories alone (`value_difference`) and of rows that stream
by (`streaming`). Not here: the loops, which are kernels, and what a sampler does with a
neighbor.
"""

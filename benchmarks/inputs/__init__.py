"""What the benchmarks measure: the libraries and their samplers, and the tables, by name.

Nothing in this folder measures time or memory, and nothing in it is a program.
"""

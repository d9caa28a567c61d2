"""Recipes: the decisions and draws of each sampler, independent of where the table is.

Each recipe is written once. An executor runs it: `fastsmote.over_sampling` on arrays in memory,
`fastsmote.offline` on files, and `fastsmote._cluster` on clusters. `protocol` defines
the methods of a recipe and the steps of an executor. Each other module is the recipe of one
sampler. The neighbor search is in `fastsmote._search`; the executors read and write rows.
"""

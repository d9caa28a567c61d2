"""Recipes: what a sampler decides, in which order, and what it draws.

A recipe is written once. An executor runs it: `fastsmote.over_sampling` on arrays in memory,
`fastsmote.offline` on files, `fastsmote.distributed` on dask collections. `protocol` says what
a recipe offers and what an executor does with it. Each other module is the recipe of one
sampler. Not here: the search for neighbors, and how rows are read and written.
"""

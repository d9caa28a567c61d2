"""Samplers of tables in partitions, planned once for every cluster engine.

A plan is the program of one sampler in terms of an `Engine`: tasks, broadcast values, reductions
and exchanges. `engine` defines the protocol. The rooms `fastsmote.distributed` (dask),
`fastsmote.spark` and `fastsmote.ray` say these operations in the words of one engine; they hold
no rule of any sampler. Decisions and draws are recipes (`fastsmote._recipes`), the search is in
`fastsmote._search`.
"""

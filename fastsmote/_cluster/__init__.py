"""Samplers of tables in partitions, planned once for every cluster engine.

A plan is the program of one sampler. It calls the operations of an `Engine`: tasks, broadcast
values, reductions and exchanges. The module `engine` defines the protocol. The rooms
`fastsmote.distributed` (dask), `fastsmote.spark` and `fastsmote.ray` implement these operations
for one engine each, and contain no rule of any sampler. Decisions and draws are in
`fastsmote._recipes`, and the search is in `fastsmote._search`.
"""

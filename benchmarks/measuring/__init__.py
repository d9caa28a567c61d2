"""How the benchmarks measure: timed calls, memory, the description of the machine, options.

Every program may use these modules. They contain no samplers, no tables and no comparison of
rows; ``race.digests`` compares rows.
"""

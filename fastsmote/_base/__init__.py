"""Input and output of the samplers.

`sampler` holds the base class of all compiled samplers, on top of `call` (attributes and
parameters of one call), `fallback` (imbalanced-learn's own code) and `checks`. `inputs` holds
the base classes for other kinds of input. `classes` counts and encodes labels, `targets` reads
and writes y, `dataframes`, `categories` and `nulls` read and write X, `aligned` and `times` read
and write any array, `floats` converts dtypes, `estimators` makes neighbors objects, and `log`
reports what ran. The neighbor search is in `fastsmote._search`, and the decisions of the samplers
are in `fastsmote._rules`.
"""

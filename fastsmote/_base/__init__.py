"""Input and output of the samplers.

This package holds the base class of the compiled samplers (`sampler`), class labels and
counts (`classes`), conversion of dataframes (`dataframes`, `categories`) and dtypes
(`floats`), fitted scikit-learn models (`estimators`) and the log (`log`). The neighbor
search is in `fastsmote._search`, and the decisions of the samplers are in `fastsmote._rules`.
"""

"""What surrounds a call of a sampler.

The base class of the compiled samplers (`sampler`), class labels and counts (`classes`),
dataframes in and out (`dataframes`, `categories`), dtypes (`floats`) and the log (`log`).
Not here: the search for neighbors, and what a sampler decides.
"""

"""Which rows of X a sampler kept, which rows of its output are new, and their parents."""

from typing import NamedTuple

import numpy as np
from imblearn.under_sampling import ClusterCentroids

from fastsmote._base.sampler import CompiledSampler
from fastsmote._resample_like import rows_of_call
from fastsmote._synthesis.provenance import Provenance


class Origins(NamedTuple):
    """The origins of the rows of an output."""

    kept_rows: np.ndarray  # row numbers of X, ascending, each once
    new_rows: np.ndarray  # row numbers of the output
    provenance: Provenance | None  # of the new rows; None if their parents are not known


def find_origins(sampler, y, y_resampled, starts_with_X):
    """Find the origins of the rows that a sampler has just returned.

    Parameters
    ----------
    sampler : sampler
        After `fit_resample`.
    y, y_resampled : ndarray
        The labels of X and of the output.
    starts_with_X : callable
        Whether the first rows of the output are those of X.

    Returns
    -------
    origins : Origins

    Raises
    ------
    ValueError
        If it is not known which rows of X were kept; names the sampler and the reason.
    """
    n_rows = len(y)
    if isinstance(sampler, ClusterCentroids) and getattr(sampler, "voting_", "") == "soft":
        targeted = list(sampler.sampling_strategy_)
        kept, is_new = np.flatnonzero(~np.isin(y, targeted)), np.isin(y_resampled, targeted)
        return Origins(kept, np.flatnonzero(is_new), None)
    if isinstance(sampler, CompiledSampler):
        rows = rows_of_call(sampler, n_rows, "missing")
        new_rows = np.flatnonzero(rows.is_synthetic)
        return Origins(np.unique(rows.kept_rows), new_rows, rows.provenance)
    return _origins_of_another(sampler, y, y_resampled, starts_with_X)


def _origins_of_another(sampler, y, y_resampled, starts_with_X):
    """The origins in the output of a sampler that is not fastsmote's."""
    n_rows, n_output = len(y), len(y_resampled)
    kind = getattr(sampler, "_sampling_type", None)
    indices = getattr(sampler, "sample_indices_", None)
    names_rows = indices is not None and len(indices) == n_output
    if kind in ("under-sampling", "clean-sampling") and names_rows:
        return Origins(np.unique(indices), np.empty(0, np.int64), None)
    if kind == "over-sampling" and n_output >= n_rows and starts_with_X():
        parents = Provenance.of_copies(np.asarray(indices[n_rows:])) if names_rows else None
        return Origins(np.arange(n_rows), np.arange(n_rows, n_output), parents)
    raise ValueError(
        f"It is not known which rows of X {sampler} keeps: it has no sample_indices_ for each row "
        "of its output. Use a sampler of fastsmote, which says where its rows come from."
    )

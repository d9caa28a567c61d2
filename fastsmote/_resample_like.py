"""Give an array beside X the rows that a sampler gave X."""

from __future__ import annotations

from typing import Literal

import numpy as np
from sklearn.exceptions import NotFittedError

from fastsmote._base.aligned import (
    append_any,
    n_rows_of,
    take_any,
    unwrapped_array,
    with_missing_row,
)
from fastsmote._base.sampler import CompiledSampler
from fastsmote._synthesis.interpolated import interpolate_any
from fastsmote._synthesis.provenance import Provenance
from fastsmote._synthesis.regeneration import check_rows
from fastsmote._types import SamplerObject, TableT

WAYS = ("base", "nearest", "interpolate", "missing")


class _Rows:
    """The rows of an output: which are new, and which rows of X the others are."""

    def __init__(self, is_synthetic, kept_rows, provenance, n_features=None):
        self.is_synthetic = is_synthetic  # (n_rows_resampled,)
        self.kept_rows = kept_rows  # one for each row that is not new
        self.provenance = provenance
        self.n_features = n_features  # of X; None if it is not known

    def numbers(self, of_new):
        """Return a row number for each row of the output, given those of the new rows."""
        rows = np.empty(len(self.is_synthetic), np.int64)
        rows[~self.is_synthetic], rows[self.is_synthetic] = self.kept_rows, of_new
        return rows

    def is_table(self, array):
        """Whether an array has the columns of X, as far as their number says it."""
        shape = getattr(array, "shape", None) or np.shape(array)
        if len(shape) != 2:
            return False
        if self.n_features is not None:
            return shape[1] == self.n_features
        if self.provenance.noise is not None:
            return shape[1] == self.provenance.noise.n_features
        voted = self.provenance.voted_columns
        return voted is None or shape[1] > max(voted, default=-1)


def resample_like(
    sampler_or_provenance: SamplerObject | Provenance,
    array: TableT,
    *,
    how: Literal["base", "nearest", "interpolate", "missing"] = "base",
) -> TableT:
    """Give an array beside X the rows that `fit_resample` gave X.

    Use it for what belongs to the rows of X and is not a feature: sample weights, groups,
    identifiers, times, costs, a second target. Original rows keep their values. `how` determines
    the values of new rows.

    Parameters
    ----------
    sampler_or_provenance : sampler or Provenance
        A sampler after `fit_resample`. A `Provenance` stands for the rows of X, then the new
        rows.
    array : array-like of shape (n_rows,) or (n_rows, m)
        A value, or m values, for each row of the X passed to `fit_resample`: an ndarray, a
        list, a sparse matrix, or a series or dataframe of pandas, polars or pyarrow.
    how : {"base", "nearest", "interpolate", "missing"}, default="base"
        The value of a new row.

        - "base": the value of its base row.
        - "nearest": the value of the parent that is nearer to it, or of its base row if both are
          equally near.
        - "interpolate": a value between those of its parents, computed as the features are.
        - "missing": NaN, NaT, None or null.

    Returns
    -------
    resampled : of the kind, name and dtype of `array`
        The shape is (n_rows_resampled,) or (n_rows_resampled, m).
        Row i belongs to row i of the resampled X. A pandas object has a new index from 0. With
        "missing", the dtype changes if it has no missing value: integers and booleans become
        float64 in an ndarray or sparse matrix, and pandas' nullable dtypes in pandas; text in
        an ndarray becomes objects.

    Raises
    ------
    NotFittedError
        If the sampler has not resampled.
    ValueError
        If `how` is not one of the four; if `array` does not have as many rows as X; if it is not
        known where the rows come from, with the reason; if `how` is "interpolate" and `array`
        holds text or objects; or if `how` is "missing" and `array` is an ndarray or sparse matrix
        with an integer that float64 does not represent.
    TypeError
        If the first argument is neither a sampler of fastsmote nor a `Provenance`, or if `array`
        is of a kind that is not listed above.

    Notes
    -----
    Under-samplers make no rows, so `how` makes no difference.

    Interpolation gives ``value[base] + gap * (value[neighbor] - value[base])`` in the dtype of
    `array`, rounded as in `regenerate`; integers are truncated toward zero. If X itself is
    passed, the result is the resampled X, bit for bit. If one of two numbers is NaN, the result is
    the other one. Numeric columns of a dataframe are
    computed in their common dtype. Times are computed as integers, counted from the earliest
    one, and truncated. If one of two times is missing, the result is the other one.

    Some steps of a sampler belong to the columns of X: the categories that neighbors vote on
    in `SMOTENC` and `SMOTEN`, and the noise of `RandomOverSampler` with `shrinkage`. With
    "interpolate", they apply only to an array of two dimensions with as many columns as X; so do
    the rules of the parameter `values`.

    Decide about the weights of synthetic rows. "base" gives a new row the whole weight of its base
    row. If a class has twice as many rows afterwards, its total weight is about twice as large.

    Examples
    --------
    >>> import numpy as np, fastsmote
    >>> from fastsmote.over_sampling import SMOTE
    >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
    >>> groups = np.arange(20) % 3
    >>> smote = SMOTE(random_state=0)
    >>> X_resampled, y_resampled = smote.fit_resample(X, y)
    >>> groups_resampled = fastsmote.resample_like(smote, groups)
    >>> bool((groups_resampled[20:] == groups[smote.provenance_.base_rows]).all())
    True
    """
    if how not in WAYS:
        raise ValueError(f"how is {how!r}. It must be one of {', '.join(map(repr, WAYS))}.")
    native, wrap = unwrapped_array(array)
    rows = _rows_of(sampler_or_provenance, n_rows_of(native), how)
    return wrap(_resampled(rows, native, how))


def _resampled(rows, array, how):
    if not rows.is_synthetic.any() and how != "missing":
        return take_any(array, rows.kept_rows)
    n_rows = n_rows_of(array)
    if how == "base":
        of_new = rows.provenance.base_rows
    elif how == "nearest":
        of_new = rows.provenance.nearer_rows()
    elif how == "missing":
        array, of_new = with_missing_row(array), n_rows
    else:
        is_table = rows.is_table(array)
        provenance = rows.provenance if is_table else rows.provenance.unchanged()
        array = append_any(array, interpolate_any(array, provenance))
        of_new = n_rows + np.arange(len(provenance))
    return take_any(array, rows.numbers(of_new))


def _rows_of(source, n_rows, how):
    """Return the `_Rows` of a sampler or provenance, for an array of n_rows rows."""
    if isinstance(source, Provenance):
        check_rows(source, n_rows)
        is_synthetic = np.repeat([False, True], [n_rows, len(source)])
        return _Rows(is_synthetic, np.arange(n_rows), source)
    if not isinstance(source, CompiledSampler):
        raise TypeError(
            f"resample_like takes a sampler of fastsmote or its provenance_, not a "
            f"{type(source).__module__}.{type(source).__name__}."
        )
    if "_n_rows_in" not in vars(source):
        raise NotFittedError(f"{source} has not resampled. Call its fit_resample first.")
    if source._n_rows_in != n_rows:
        raise ValueError(
            f"array has {n_rows:,} rows, but the X passed to fit_resample has "
            f"{source._n_rows_in:,}. Pass an array with one entry for each row of that X."
        )
    return rows_of_call(source, n_rows, how)


def rows_of_call(sampler, n_rows, how):
    """The rows of a call of a sampler; with "missing", new rows may be without parents.

    Raises
    ------
    ValueError
        If it is not known where the rows of the output come from, with the reason.
    """
    kept = getattr(sampler, "sample_indices_", None)
    is_synthetic = getattr(sampler, "is_synthetic_", None)
    if is_synthetic is None and kept is not None and sampler._sampling_type != "over-sampling":
        is_synthetic = np.zeros(len(kept), bool)  # of an under-sampler that was pickled
    provenance = getattr(sampler, "provenance_", None)
    has_parents = is_synthetic is not None and (provenance is not None or not is_synthetic.any())
    over_sampler_appends = sampler._sampling_type == "over-sampling"
    is_known = has_parents or (is_synthetic is not None and how == "missing")
    if not is_known or (kept is None and not over_sampler_appends):
        default = "the provenance is not pickled; call fit_resample again"
        why = getattr(sampler, "_why_no_provenance", default)
        raise ValueError(f"It is not known where the rows of {sampler} come from: {why}.")
    if kept is None:
        kept = np.arange(n_rows)
    elif len(kept) == len(is_synthetic):  # RandomOverSampler names the new rows, too
        kept = kept[~is_synthetic]
    return _Rows(is_synthetic, kept, provenance, sampler.n_features_in_)

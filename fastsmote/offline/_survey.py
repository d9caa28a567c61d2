"""The first passes: read the class of every row, then the features of some classes."""

from typing import NamedTuple

import numpy as np
from imblearn.utils import check_sampling_strategy

from fastsmote._base.classes import counted_as
from fastsmote._rules.observed import ColumnRanges, observe
from fastsmote.offline._columns import encoded, reject_null
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._matrix import check_features, read_matrix

MOST_LABELS = 256  # the code of a class takes one byte per row


class Survey(NamedTuple):
    """The classes of a table."""

    labels: np.ndarray  # (n_classes,) sorted
    counts: np.ndarray  # (n_classes,)
    codes: np.ndarray  # uint8 (n_rows,) index into labels

    def rows_of(self, code):
        """Return the row numbers of a class, ascending."""
        return np.flatnonzero(self.codes == code)

    def code_of(self, label):
        """Return the code of a label."""
        return int(np.flatnonzero(self.labels == label)[0])


def largest_class(survey):
    """Return the code of the class with the most rows."""
    return int(np.argmax(survey.counts))


def smallest_class(survey):
    """Return the code of the class with the fewest rows; of several, of the first in the table."""
    codes = np.flatnonzero(survey.counts == survey.counts.min())
    return int(min(codes, key=lambda code: np.argmax(survey.codes == code)))


def survey_target(source, target, batch_rows, progress):
    """Read the target, and return the labels and the class of every row.

    Raises
    ------
    OfflineError
        If there are no rows, a missing value, a target that is not discrete, more than
        ``MOST_LABELS`` classes, or only one class.
    """
    code_of, parts = {}, []
    for batch in source.batches([target], batch_rows):
        reject_null(batch, target, "The target must have a class in every row.", source.is_text)
        dictionary, indices = encoded(batch, target)
        # to_numpy, not to_pylist: the samplers in memory see these labels
        found = dictionary.to_numpy(zero_copy_only=False).tolist()
        parts.append(_codes(batch, target, found, indices, code_of)[indices])
        progress.advance(len(batch))
    where = ", ".join(str(path) for path in source.paths[:1])
    if not parts:
        raise OfflineError(f"{where}: has no rows. It must have at least one.")
    return _sorted_classes(where, target, code_of, parts)


def _codes(batch, target, found, indices, code_of):
    """Return the codes of the labels of a batch, numbered in the order of appearance."""
    for place, label in enumerate(found):
        is_fraction = isinstance(label, float) and not label.is_integer()
        is_too_many = label not in code_of and len(code_of) == MOST_LABELS
        if is_fraction or is_too_many:
            offsets = np.flatnonzero(indices == place)
            if len(offsets) == 0:  # only in the dictionary
                continue
            problem = "The target must hold classes, not fractions."
            if not is_fraction:
                problem = (
                    f"It is the {MOST_LABELS + 1}th different value; at most {MOST_LABELS} "
                    f"classes are allowed."
                )
            where = batch.place.row_at(int(offsets[0]))
            raise OfflineError(f"{where}, column {target}: {label}. {problem}")
        code_of.setdefault(label, len(code_of))
    return np.array([code_of.get(label, 0) for label in found], np.uint8)


def _sorted_classes(where, target, code_of, parts):
    counts = np.zeros(len(code_of), np.int64)
    for codes in parts:  # one batch at a time: bincount converts codes to 8 bytes
        counts += np.bincount(codes, minlength=len(code_of))
    labels = sorted(label for label, code in code_of.items() if counts[code])
    if len(labels) < 2:
        raise OfflineError(
            f"{where}, column {target}: has only one class, {labels[0]!r}. There must be two or "
            f"more."
        )
    ranks = np.zeros(len(code_of), np.uint8)
    ranks[[code_of[label] for label in labels]] = np.arange(len(labels))
    in_order = np.empty(counts.sum(), np.uint8)
    start = 0
    for codes in parts:
        in_order[start : start + len(codes)] = ranks[codes]
        start += len(codes)
    dtype = object if isinstance(labels[0], str) else None
    return Survey(np.array(labels, dtype), counts[[code_of[x] for x in labels]], in_order)


def rows_asked_for(survey, strategy, sampling_type):
    """Return imbalanced-learn's ``sampling_strategy_`` from the counts of the classes.

    Returns
    -------
    asked : list of (code, int)
        For each class, in the order of the labels, the number of rows to make or to keep.
    """
    if isinstance(strategy, dict):
        label_of = {str(label): label for label in survey.labels.tolist()}
        unknown = [str(label) for label in strategy if str(label) not in label_of]
        if unknown:
            raise OfflineError(
                f"--strategy: there is no class {unknown[0]}. The classes are "
                f"{', '.join(label_of)}."
            )
        strategy = {label_of[str(label)]: n_rows for label, n_rows in strategy.items()}
    try:
        target = counted_as(survey.labels, survey.labels, survey.counts)
        asked = check_sampling_strategy(strategy, target, sampling_type)
    except ValueError as error:
        raise OfflineError(f"--strategy: {error}") from error
    return [(survey.code_of(label), int(n_rows)) for label, n_rows in asked.items()]


class Collected(NamedTuple):
    """The features of some classes, and what the features of all rows hold."""

    matrices: dict  # {code: ndarray of shape (n_rows of the class, n_features)}
    ranges: ColumnRanges  # of nothing if they are not needed
    has_missing: bool


class Collector:
    """Collects the features of all rows of some classes, one batch after the other.

    Parameters
    ----------
    columns : Columns
    survey : Survey
    codes : list of int
        The classes.
    is_observed : bool
        Whether to find the ranges of the features in all rows.
    sample : Sample, default=None
        Gets the rows that it chooses.
    """

    def __init__(self, columns, survey, codes, is_observed, sample=None):
        n_features, dtype = len(columns.features), columns.read_dtype
        self._columns, self._survey, self._is_observed = columns, survey, is_observed
        self._matrices = {
            code: np.empty((survey.counts[code], n_features), dtype) for code in codes
        }
        self._filled, self._sample = dict.fromkeys(codes, 0), sample
        self._ranges = ColumnRanges.of_nothing(n_features, dtype)
        self._has_missing = False

    def see(self, batch):
        """Take the rows of a batch; raise at the first value that cannot be used, in any row."""
        of_batch = self._survey.codes[batch.first_row : batch.first_row + len(batch)]
        places = {code: np.flatnonzero(of_batch == code) for code in self._matrices}
        places = {code: offsets for code, offsets in places.items() if len(offsets)}
        chosen = None
        if self._sample is not None:
            numbers = np.arange(batch.first_row, batch.first_row + len(batch))
            chosen = np.flatnonzero(self._sample.are_chosen(numbers))
        if self._is_observed or self._columns.has_missing or chosen is not None:
            X = read_matrix(batch, self._columns)
            self._observe(X)
            if chosen is not None:
                self._sample.add(X[chosen], numbers[chosen])
            rows = {code: X[offsets] for code, offsets in places.items()}
        else:
            if not places:
                check_features(batch, self._columns)
            rows = {
                code: read_matrix(batch, self._columns, offsets) for code, offsets in places.items()
            }
        for code, X in rows.items():
            stop = self._filled[code] + len(X)
            self._matrices[code][self._filled[code] : stop] = X
            self._filled[code] = stop

    def _observe(self, X):
        if self._columns.has_missing and not self._has_missing:
            self._has_missing = bool(np.isnan(X).any())
        if self._is_observed:
            self._ranges = ColumnRanges.join([self._ranges, observe(X)])

    def finish(self):
        """Return `Collected`, in the dtype of the columns if no value is missing."""
        matrices, ranges, dtype = self._matrices, self._ranges, self._columns.dtype
        if not self._has_missing and dtype != self._columns.read_dtype:
            matrices = {code: X.astype(dtype) for code, X in matrices.items()}
            if self._is_observed:
                ranges = ranges.astype(dtype)
        return Collected(matrices, ranges, self._has_missing)

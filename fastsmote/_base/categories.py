"""Encode and decode categorical columns of dataframes."""

import numpy as np

from fastsmote._base.dataframes import is_categorical


def as_list(features):
    """Return names, positions or bools, given as any array or sequence, as a list."""
    # == compares an array or an Index by element.
    features = np.ravel(features) if hasattr(features, "__array__") else features
    return [getattr(feature, "item", lambda f=feature: f)() for feature in features]


def positions_of_categorical(frame, features):
    """Return the positions of categorical columns that are given by name or by dtype.

    Parameters
    ----------
    frame : narwhals DataFrame
    features : list or "auto"
        Names, positions, or one bool for each column. "auto" selects the columns of a categorical
        dtype.

    Returns
    -------
    list
        In the given order. Positions and bools are returned unchanged.

    Raises
    ------
    ValueError
        If a column does not exist or is named more than once.
    """
    if isinstance(features, str) and features == "auto":
        return [j for j, kind in enumerate(frame.schema.values()) if is_categorical(kind)]
    positions = [_position(feature, frame.columns) for feature in features]
    is_mask = all(isinstance(position, bool) for position in positions)
    if len(set(positions)) < len(positions) and not is_mask:
        raise ValueError(
            f"categorical_features is {features}, which names a column more than once. Name each "
            "column once."
        )
    return positions


def _position(feature, names):
    """Return the position of a column given by name; return any other argument unchanged."""
    if not isinstance(feature, str):
        return feature
    if feature not in names:
        raise ValueError(
            f"categorical_features names {feature!r}, which is no column of X. "
            f"The columns are {', '.join(map(repr, names))}."
        )
    return names.index(feature)


def _first_rows(column):
    """For each row the number of its value; for each value the first row that has it."""
    import pandas as pd

    value_ids, values = pd.factorize(column, use_na_sentinel=False)
    first = np.empty(len(values), np.int64)
    first[value_ids[::-1]] = np.arange(len(value_ids))[::-1]
    return value_ids, first


def encode_frame(frame, encode):
    """Encode a pandas DataFrame, passing each distinct value to the encoder about once.

    This is faster because scikit-learn's encoders make a Python object of every cell.

    Parameters
    ----------
    frame : pandas DataFrame of shape (n_rows, n_columns)
    encode : callable
        Takes a DataFrame with fewer rows; returns codes of the same shape, or None.

    Returns
    -------
    codes : ndarray of shape (n_rows, n_columns), or None if ``encode`` returned None
    """
    import pandas as pd

    columns = [_first_rows(frame.iloc[:, j]) for j in range(frame.shape[1])]
    n_examples = max(len(first) for _, first in columns)
    examples = [
        frame.iloc[np.resize(first, n_examples), [j]].reset_index(drop=True)
        for j, (_, first) in enumerate(columns)
    ]
    codes = encode(pd.concat(examples, axis=1))
    if codes is None:
        return None
    return np.column_stack([codes[value_ids, j] for j, (value_ids, _) in enumerate(columns)])


def _numbered_values(series):
    """For each row the number of its value; the values; the first row that has each value."""
    values = series.to_numpy()
    if values.dtype.kind in "biuf":
        return _numbered(*np.unique(values, return_index=True, return_inverse=True))
    number_of, values = {}, series.to_list()
    numbers = np.fromiter(
        (number_of.setdefault(value, len(number_of)) for value in values), np.int64, len(values)
    )
    first = np.empty(len(number_of), np.int64)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return _numbered(np.array([*number_of, None], object)[:-1], first, numbers)


def _numbered(values, first, numbers):
    return numbers.reshape(-1), values.tolist(), first


class CategoryColumns:
    """Categorical columns of a polars or pyarrow dataframe.

    The columns are read once. The categories of new rows are written by repeating rows that
    were read, so every type is preserved.

    Parameters
    ----------
    columns : list of narwhals Series
    encode : callable
        Takes an object array of shape (n, n_columns); returns codes of the same shape, or
        None.
    sees_all_rows : bool
        Whether to pass every row to ``encode``, or each distinct value about once.

    Attributes
    ----------
    codes : ndarray of shape (n_rows, n_columns), or None if ``encode`` returned None
    """

    def __init__(self, columns, encode, sees_all_rows):
        self._columns, read = columns, [_numbered_values(column) for column in columns]
        if sees_all_rows:
            read = [
                (np.arange(len(numbers)), [values[i] for i in numbers], np.arange(len(numbers)))
                for numbers, values, _ in read
            ]
        n_examples = max(len(values) for _, values, _ in read)
        examples = np.empty((n_examples, len(columns)), object)
        for j, (_, values, _) in enumerate(read):
            of_column = np.empty(len(values), object)
            of_column[:] = values
            examples[:, j] = np.resize(of_column, n_examples)
        codes = encode(examples)
        self.codes, self._row_of = None, []
        if codes is None:
            return
        self.codes = np.column_stack([codes[numbers, j] for j, (numbers, _, _) in enumerate(read)])
        for j, (_, values, first) in enumerate(read):
            of_values = codes[: len(values), j]
            row_of = np.zeros(int(of_values.max()) + 1, np.int64)
            row_of[of_values[::-1]] = first[::-1]
            self._row_of.append(row_of)

    def take(self, j, codes):
        """Column j of rows with the given codes, as a narwhals Series."""
        return self._columns[j][self._row_of[j][codes]]


def decode_column(codes, categories, dtype):
    """Decode the codes of a column to a pandas Series of the column's original dtype."""
    import pandas as pd

    if isinstance(dtype, pd.CategoricalDtype):
        places = dtype.categories.get_indexer(categories)
        return pd.Series(pd.Categorical.from_codes(places[codes], dtype=dtype))
    return pd.Series(categories[codes])

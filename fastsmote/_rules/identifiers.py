"""Recognize columns that are identifiers, such as a transaction number, and not features."""

COUNTED_ROWS = 2**17  # number of rows, from the first, in which distinct values are counted
FEWEST_ROWS = 100  # fewer rows are too few to decide
SHARE_OF_AN_IDENTIFIER = 0.95


def looks_like_identifier(n_values, n_rows):
    """Whether an integer column has a different value in nearly every row.

    Parameters
    ----------
    n_values : int
        The number of distinct values in the counted rows.
    n_rows : int
        The number of counted rows, at most `COUNTED_ROWS`.
    """
    return n_rows >= FEWEST_ROWS and n_values >= SHARE_OF_AN_IDENTIFIER * n_rows

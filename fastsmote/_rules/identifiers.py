"""Which columns look like identifiers, such as a transaction number, and not like features."""

COUNTED_ROWS = 2**17  # the first rows of a table, in which the values of a column are counted
FEWEST_ROWS = 100  # below it too few to tell
SHARE_OF_AN_IDENTIFIER = 0.95


def looks_like_identifier(n_values, n_rows):
    """Whether a column of whole numbers has a different value in nearly every row.

    Parameters
    ----------
    n_values : int
        The number of different values in the rows that were counted.
    n_rows : int
        The number of those rows, at most `COUNTED_ROWS`.
    """
    return n_rows >= FEWEST_ROWS and n_values >= SHARE_OF_AN_IDENTIFIER * n_rows

"""Count the values that a run cannot use, in every column."""

import numpy as np
import pyarrow.types as arrow_types

from fastsmote.offline._errors import OfflineError


def check_values(source, columns, batch_rows, progress):
    """Read features, categories and target once; raise if a value is missing or infinite.

    Features may have missing values if ``columns.has_missing``.

    Raises
    ------
    OfflineError
        If so: one line with the number of rows and, for each column, the numbers of null,
        NaN and infinite values.
    """
    may_lack = columns.features if columns.has_missing else []
    names = [*columns.features, *columns.categorical, columns.target]
    counts = {name: dict.fromkeys(("null", "NaN", "infinite"), 0) for name in names}
    n_rows = 0
    for batch in source.batches(names, batch_rows):
        n_rows += len(batch)
        for name in names:
            column, of_column = batch.table.column(name), counts[name]
            of_column["null"] += column.null_count
            if arrow_types.is_floating(column.type):
                values = column.drop_null().to_numpy(zero_copy_only=False)
                of_column["NaN"] += int(np.isnan(values).sum())
                of_column["infinite"] += int(np.isinf(values).sum())
        progress.advance(len(batch))
    for name in may_lack:
        counts[name] = {"infinite": counts[name]["infinite"]}
    wrong = [
        f"{name}: {', '.join(f'{n:,} {what}' for what, n in of_column.items() if n)}"
        for name, of_column in counts.items()
        if any(of_column.values())
    ]
    if wrong:
        raise OfflineError(
            f"{source.paths[0]}: some of {n_rows:,} rows have missing or infinite values. "
            f"{'; '.join(wrong)}. Fill the values, drop the rows or name the columns in --exclude."
        )
    return n_rows

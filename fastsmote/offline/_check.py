"""Count what cannot be computed with, in every column, before a run."""

import numpy as np
import pyarrow.types as arrow_types

from fastsmote.offline._errors import OfflineError


def check_values(source, columns, batch_rows, progress):
    """Read features, categories and target once, and raise if values are missing.

    Raises
    ------
    OfflineError
        In one line: for each column how many values are null, NaN and infinite, of how many
        rows.
    """
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
    wrong = [
        f"{name}: {', '.join(f'{n:,} {kind}' for kind, n in of_column.items() if n)}"
        for name, of_column in counts.items()
        if any(of_column.values())
    ]
    if wrong:
        raise OfflineError(
            f"{source.paths[0]}: in {n_rows:,} rows there are values that are not finite. "
            f"{'; '.join(wrong)}. Fill the values, drop the rows or name the columns in --exclude."
        )
    return n_rows

"""Segments: stretches of the output. Any range of their rows can be computed again.

The rows of a segment depend only on their row numbers. So the output is the same for any
batch size, and after an interruption.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow_types

from fastsmote.offline._columns import as_floats
from fastsmote.offline._errors import OfflineError

MASK_ROWS = 2**16  # rows of a mask that are counted together
ROW_FIELD = pa.field("fastsmote_row", pa.int64())  # of samplers that only remove rows
BASE_FIELD = pa.field("fastsmote_base_row", pa.int64())
NEIGHBOR_FIELD = pa.field("fastsmote_neighbor_row", pa.int64())
GAP_FIELD = pa.field("fastsmote_gap", pa.float64())


SHRINK_FIELD = pa.field("fastsmote_shrink", pa.float64())  # of borderline-2


def provenance_fields(options):
    """Return the columns that --provenance adds; their row numbers are those of the input."""
    if not options.provenance:
        return []
    if not options.adds_rows:
        return [ROW_FIELD]
    shrink = [SHRINK_FIELD] if options.sampler == "borderline-2" else []
    return [BASE_FIELD, NEIGHBOR_FIELD, GAP_FIELD, *shrink]


def provenance_columns(base_rows, neighbor_rows, gaps):
    """Return the provenance of new rows by column name, as ndarrays."""
    return {BASE_FIELD.name: base_rows, NEIGHBOR_FIELD.name: neighbor_rows, GAP_FIELD.name: gaps}


def _rewritten(name, column, type_):
    """Convert a feature of the input to floats; nulls stay null."""
    floats = as_floats(column).cast(type_, safe=False)
    if arrow_types.is_floating(column.type):
        is_huge = pc.and_(pc.is_finite(column), pc.invert(pc.is_finite(floats)))
        if pc.any(is_huge).as_py():
            raise OfflineError(
                f"--dtype: column {name} has values beyond the largest {type_}. Pass --dtype "
                "float64, or name the column in --exclude."
            )
    return floats


def repeated(value, field, n_rows):
    """Return a column that repeats one value, in the type of a field."""
    if arrow_types.is_dictionary(field.type):
        indices = pa.array(np.zeros(n_rows, np.int64)).cast(field.type.index_type)
        values = pa.array([value], field.type.value_type)
        return pa.DictionaryArray.from_arrays(indices, values)
    return pa.repeat(pa.scalar(value, field.type), n_rows)


def as_output(table, job, schema, is_new=False, provenance=None):
    """Convert rows of the input to the schema of the output.

    ``provenance`` has columns as ndarrays; a provenance column that it lacks is null.
    """
    arrays, rewritten = [], job.columns.rewritten
    for field in schema:
        if field.name not in table.schema.names:
            if field.name == job.options.flag:
                arrays.append(pa.array(np.full(table.num_rows, is_new)))
            elif provenance is not None and field.name in provenance:
                arrays.append(pa.array(provenance[field.name]))
            else:
                arrays.append(pa.nulls(table.num_rows, field.type))
            continue
        column = table.column(field.name)
        if field.name in rewritten:
            column = _rewritten(field.name, column, field.type)
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


class Originals:
    """The rows of the input in order: all, or those that a mask keeps, of one class or of all.

    Reading all classes, each in its own segment, takes one pass over the input for each class.
    """

    def __init__(self, job, is_kept=None, code=None):
        self._job, self._is_kept, self._code = job, is_kept, code
        n_rows = len(job.survey.codes)
        self._is_whole, self.n_rows = is_kept is None and code is None, n_rows
        if not self._is_whole:
            starts = range(0, n_rows, MASK_ROWS)
            counts = [np.count_nonzero(self._kept(n, n + MASK_ROWS)) for n in starts]
            self._counts = np.cumsum(counts)
            self.n_rows = int(self._counts[-1])

    def _kept(self, start, stop):
        """Return the mask of the rows of the input from ``start`` up to ``stop``."""
        if self._code is None:
            return self._is_kept[start:stop]
        is_kept = self._job.survey.codes[start:stop] == self._code
        return is_kept if self._is_kept is None else is_kept & self._is_kept[start:stop]

    def _first_row(self, start):
        """Return the row number in the input of row ``start`` of the segment."""
        if self._is_whole:
            return start
        chunk = int(np.searchsorted(self._counts, start, side="right"))
        before = self._counts[chunk - 1] if chunk else 0
        first = chunk * MASK_ROWS
        kept = np.flatnonzero(self._kept(first, first + MASK_ROWS))
        return first + int(kept[start - before])

    def blocks(self, start, stop, schema):
        """Yield the rows from ``start`` up to ``stop``, numbered within the segment."""
        job, left = self._job, stop - start
        if left <= 0:
            return
        names = job.columns.schema.names
        for batch in job.written.batches(names, job.batch_rows, self._first_row(start)):
            table, rows = batch.table, np.arange(batch.first_row, batch.first_row + len(batch))
            if not self._is_whole:
                kept = self._kept(batch.first_row, batch.first_row + len(batch))
                if not kept.any():
                    continue
                table, rows = table.filter(pa.array(kept)), rows[kept]
            rows = {ROW_FIELD.name: rows[:left]}
            table = as_output(table.slice(0, left), job, schema, provenance=rows)
            left -= table.num_rows
            yield table
            if left == 0:
                return


class Gathered:
    """Rows of the input in any order; reading a range takes one pass over the input."""

    def __init__(self, job, rows):
        self._job, self._rows, self.n_rows = job, rows, len(rows)

    def blocks(self, start, stop, schema):
        """Yield the rows from ``start`` up to ``stop``, numbered within the segment."""
        if stop <= start:
            return
        job, wanted = self._job, self._rows[start:stop]
        order = np.argsort(wanted, kind="stable")
        rows, found, n_found = wanted[order], [], 0
        names = job.columns.schema.names
        for batch in job.written.batches(names, job.batch_rows, int(rows[0])):
            n_next = int(np.searchsorted(rows, batch.first_row + len(batch)))
            of_batch = rows[n_found:n_next]
            table = batch.table.take(pa.array(of_batch - batch.first_row))
            found.append(as_output(table, job, schema, provenance={ROW_FIELD.name: of_batch}))
            n_found = n_next
            if n_found == len(rows):
                break
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        table = pa.Table.from_batches(found).unify_dictionaries().combine_chunks()
        yield from table.take(pa.array(places)).combine_chunks().to_batches()


class Repeated:
    """Rows of one class, held in memory and repeated as they were drawn."""

    def __init__(self, job, table, rows, draws):
        self._job, self._table, self._rows = job, table, rows  # rows: (n,) row numbers
        self._draws, self.n_rows = draws, draws.n_new

    def blocks(self, start, stop, schema):
        """Yield the rows from ``start`` up to ``stop``, numbered within the segment."""
        for first in range(start, stop, self._job.batch_rows):
            places = self._draws.take(first, min(stop, first + self._job.batch_rows))
            taken = self._table.take(pa.array(places)).combine_chunks()
            rows = self._rows[places]
            for batch in taken.to_batches():
                of_batch, rows = rows[: len(batch)], rows[len(batch) :]
                provenance = provenance_columns(of_batch, of_batch, np.zeros(len(batch)))
                yield as_output(batch, self._job, schema, True, provenance)


class Synthetic:
    """New rows of one class.

    If ``categories`` is given, it returns the categorical columns of a range of new rows. If
    ``is_kept`` is given, only the new rows of this mask are kept.
    """

    def __init__(self, job, parents, draws, categories=None, is_kept=None):
        self._job, self._parents, self._draws = job, parents, draws
        self._categories = categories
        self._kept = None if is_kept is None else np.flatnonzero(is_kept)
        self.n_rows = draws.n_new if is_kept is None else len(self._kept)

    def blocks(self, start, stop, schema):
        """Yield the rows from ``start`` up to ``stop``, numbered within the segment."""
        for first in range(start, stop, self._job.batch_rows):
            last = min(stop, first + self._job.batch_rows)
            if self._kept is None:
                yield self._block(first, last, slice(None), schema)
            else:
                kept = self._kept[first:last]
                yield self._block(int(kept[0]), int(kept[-1]) + 1, kept - kept[0], schema)

    def _block(self, start, stop, chosen, schema):
        values, of = self._job.make(self._parents, self._draws.take(start, stop))
        values = values[chosen]
        made = self._categories(start, stop) if self._categories else {}
        rows = self._parents.rows
        made |= provenance_columns(rows[of.base_rows], rows[of.neighbor_rows], of.gaps)
        if of.shrinks is not None:
            made[SHRINK_FIELD.name] = of.shrinks
        if self._job.options.flag is not None:
            made[self._job.options.flag] = np.full(stop - start, True)
        arrays = [self._column(field, values, made, chosen) for field in schema]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _column(self, field, values, made, chosen):
        columns = self._job.columns
        if field.name == columns.target:
            return repeated(self._job.value_of(self._parents.code), field, len(values))
        if field.name in columns.features:
            of_feature = values[:, columns.features.index(field.name)]
            return self._job.as_written(field.name, self._feature(field.name, of_feature))
        if field.name in made:
            column = made[field.name]
            if isinstance(column, np.ndarray):
                return pa.array(column[chosen])
            column = column.take(pa.array(np.arange(len(column))[chosen]))
            return self._job.as_written(field.name, column)
        return pa.nulls(len(values), field.type)

    def _feature(self, name, values):
        """Convert new values of a feature to its type: truncate integers, and make NaN null."""
        columns = self._job.columns
        type_, is_null = columns.schema.field(name).type, None
        if columns.has_missing:
            is_null = np.isnan(values)
            values = np.where(is_null, values.dtype.type(0), values)
        if columns.forced is not None:
            return pa.array(values.astype(columns.forced, copy=False), mask=is_null)
        if arrow_types.is_decimal(type_):  # rounded to its digits
            return pa.array(values.astype(np.float64), mask=is_null).cast(type_)
        return pa.array(values.astype(type_.to_pandas_dtype()), mask=is_null)

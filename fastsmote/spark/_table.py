"""A Spark DataFrame as the table of a plan: its columns, the order of its rows, and the output."""

from functools import cached_property, partial
from itertools import accumulate
from secrets import randbelow

from pyspark import StorageLevel
from pyspark.sql import functions as F
from pyspark.sql import types as T

from fastsmote._cluster.arrow_rows import ArrowMixed, ArrowNumbers
from fastsmote._cluster.columns import (
    check_are_features,
    partition_to_count,
    reject_identifiers,
)
from fastsmote._cluster.survey import join_counts
from fastsmote._cluster.table import NewRows, Place, every_row
from fastsmote.spark import _tasks as tasks
from fastsmote.spark._engine import SparkEngine
from fastsmote.spark._handles import Source
from fastsmote.spark._rows import (
    PARTITION,
    ReadPartitions,
    count_numbers,
    count_partition,
    count_taken,
    place_of,
    read_classes_of,
    rows_of,
    selection_of,
    take_rows,
    write_new,
)


def quoted(name):
    """Return the column of a name that may have dots or other special characters."""
    return F.col("`" + name.replace("`", "``") + "`")


def can_sort(data_type):
    """Whether Spark can sort by values of a type."""
    if isinstance(data_type, T.ArrayType):
        return can_sort(data_type.elementType)
    if isinstance(data_type, T.StructType):
        return all(can_sort(field.dataType) for field in data_type)
    return not isinstance(data_type, (T.MapType, T.VariantType, T.CalendarIntervalType))


def order_of(frame, order_by, names):
    """Return the keys that order the rows of a DataFrame.

    The rows are ordered by ``order_by`` and then by the other columns of ``names``. Rows that
    tie are equal in all of these columns that Spark can sort by.

    Raises
    ------
    ValueError
        If Spark cannot sort by a column of ``order_by``.
    """
    types = {field.name: field.dataType for field in frame.schema}
    for name in order_by:
        if not can_sort(types[name]):
            raise ValueError(
                f"order_by contains {name!r} ({types[name].simpleString()}), by which Spark cannot "
                f"sort. Name other columns."
            )
    order = [name for name in dict.fromkeys([*order_by, *names]) if can_sort(types[name])]
    # To Spark 0.0 equals -0.0.
    floats = [n for n in order if isinstance(types[n], (T.FloatType, T.DoubleType))]
    signs = [F.atan2(quoted(name), F.lit(-1.0)) for name in floats]
    return [*map(quoted, order), *signs]


class SparkTable:
    """The `Table` of a call.

    Parameters
    ----------
    frame : DataFrame
    columns : columns.Columns
        The roles of the columns.
    order_by : list of str
    row_number : str or None
        The name of a column to add to the output: the numbers of its rows.
    is_whole : bool
        Whether the output may have only some of the rows of the DataFrame. The columns that are
        not features are then needed in the order of the rows, too.
    """

    def __init__(self, frame, columns, order_by, row_number, is_whole):
        self.columns, self._frame, self._row_number = columns, frame, row_number
        self.is_whole = is_whole or row_number is not None
        self.engine = SparkEngine(frame.sparkSession)
        self._needed = needed = [*columns.features, columns.target]
        self._names = [*needed, *columns.others] if self.is_whole else needed
        meta = frame.select(*map(quoted, needed)).limit(0).toArrow()
        self.named, self._target = meta.select(columns.features), meta.schema.field(columns.target)
        self.n_features = len(columns.features)
        # Two calls do not share a persisted table: the column differs.
        self._token = randbelow(2**30)
        numbered = (F.spark_partition_id() + F.lit(self._token)).alias(PARTITION)
        ordered = frame.sort(*order_of(frame, order_by, self._names))
        renamed = [quoted(name).alias(str(i)) for i, name in enumerate(self._names)]
        self.ordered = ordered.select(*renamed, numbered)
        self.ordered.persist(StorageLevel.MEMORY_AND_DISK)

    def read_target(self, names):
        """Find the `survey`: count the classes of each partition, and the values of some columns.

        Parameters
        ----------
        names : list of str
            Integer features that may be identifiers.

        Raises
        ------
        ValueError
            If the target has values that are not classes, or for an identifier.
        """
        literals = {"target": self.columns.target, "names": names}
        count = tasks.Step(count_partition, (tasks.Step(),), (), literals)
        table, read = self._read(self._needed)
        counted = self.engine.run(Source(lambda: table, read), count)
        tasks.Failure.check(counted.values())
        found = sorted(counted)
        if not found:
            raise ValueError("df has no rows; every class must have some.")
        self.survey = join_counts([counted[key] for key in found])
        lengths, starts = self.survey.lengths.tolist(), self.survey.starts.tolist()
        known = {key: (Place(i, starts[i]), lengths[i]) for i, key in enumerate(found)}
        self._known, number = known, partition_to_count(lengths)
        if names and number is not None:
            reject_identifiers(counted[found[number]][-1], number)

    def _read(self, names, known=None):
        """Return the first columns of the ordered table, and their reader."""
        table = self.ordered.select(*map(str, range(len(names))), PARTITION)
        return table, ReadPartitions(names, self._token, known)

    # The protocol

    def parts(self, numbers):
        """Return the handles of all partitions."""
        return self._narrow_parts

    @cached_property
    def _narrow_parts(self):
        return self._parts(self._needed)

    def _parts(self, names):
        engine = self.engine
        partitions = engine.read(len(self.survey.lengths), *self._read(names, self._known))
        return (
            engine.each(rows_of, partitions),
            engine.each(read_classes_of, partitions, target=self.columns.target),
            engine.each(place_of, partitions),
        )

    def numbers(self):
        """Check that all features are numbers, and return their reader and writer."""
        check_are_features(self.named, self.columns.are_named)
        return ArrowNumbers(self.named.schema)

    def mixed(self, categorical):
        """Return the reader and writer of numeric and categorical features."""
        names = [self.columns.features[j] for j in categorical]
        check_are_features(self.named.drop_columns(names), self.columns.are_named)
        return ArrowMixed(self.named.schema, categorical)

    def sample_indices(self, pieces):
        """Return None: the numbers of rows are a column of the output."""
        return None

    def output(self, pieces):
        """Return the pieces as one lazy DataFrame."""
        firsts = self._firsts_of(pieces)
        placed = list(zip(pieces, firsts, strict=True))
        old = [each for each in placed if not isinstance(each[0], NewRows)]
        new = [each for each in placed if isinstance(each[0], NewRows)]
        frames = [self._old_rows(old)] if old else []
        frame, *others = [*frames, *(self._new_rows(*each) for each in new)]
        for other in others:
            frame = frame.unionByName(other, allowMissingColumns=True)
        return frame.select(*map(quoted, [*self._frame.columns, *self._added]))

    def close(self, is_needed=True):
        """Free what only the plan needed, and the ordered table unless an output reads it."""
        self.engine.close()
        if not (is_needed and self.is_whole):
            self.ordered.unpersist()

    # The output

    @property
    def _added(self):
        return [] if self._row_number is None else [self._row_number]

    def _firsts_of(self, pieces):
        """Return, for each piece, the number in the output of the first row of each partition.

        For `PickedRows` this is the first row of the piece.
        """
        n_partitions, start, firsts = len(self.survey.lengths), 0, []
        for piece in pieces:
            if self._row_number is None:
                firsts.append(None)
            elif hasattr(piece, "bounds"):
                firsts.append([start] * n_partitions)
                start += piece.bounds[-1]
            else:
                *of_piece, start = accumulate(self._lengths_of(piece), initial=start)
                firsts.append(of_piece)
        return firsts

    def _lengths_of(self, piece):
        """Return the number of rows of each partition of a piece."""
        if not isinstance(piece, NewRows):
            _, classes, places = self.parts(piece.partitions)
            count = partial(count_taken, selection=selection_of(piece))
            many, ones = (classes, places), piece.ones
        elif None not in piece.n_rows:
            return piece.n_rows
        else:
            many, ones = piece.numbers.many, piece.numbers.ones
            count = partial(count_numbers, function=piece.numbers.function)
        return self.engine.value_of(self.engine.each(count, many, *ones))

    def _old_rows(self, placed):
        """Return the rows of pieces of rows of the input."""
        pieces, firsts = zip(*placed, strict=True)
        if self._row_number is None and pieces == (every_row(self.survey),):
            return self._frame
        taken = self.engine.each(
            take_rows,
            self._parts(self._names),
            *(one for piece in pieces for one in piece.ones),
            selections=[(selection_of(piece), len(piece.ones)) for piece in pieces],
            firsts=firsts,
            row_number=self._row_number,
        )
        return self.engine.rows_of(taken, self._schema(self._names))

    def _new_rows(self, piece, firsts):
        """Return a piece of new rows, without the columns that pass through."""
        calls, engine = piece.made, self.engine
        many = calls.many if isinstance(calls.many, tuple) else (calls.many,)
        made = engine.each(
            write_new,
            (*many, engine.given(firsts or [0] * many[0].n)),
            *calls.ones,
            calls=(calls.function, len(many)),
            rows=piece.rows,
            label=piece.label,
            target=self._target,
            row_number=self._row_number,
        )
        return engine.rows_of(made, self._schema(self._needed))

    def _schema(self, names):
        fields = [self._frame.schema[name] for name in names]
        added = [T.StructField(name, T.LongType(), False) for name in self._added]
        return T.StructType([*fields, *added])

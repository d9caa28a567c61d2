"""The operations of a plan on Spark.

A sequence of values is a DataFrame with a row for each value. Nothing runs before a value is
needed. By then the engine knows how many jobs read each sequence, and persists those that several
jobs read. The driver computes a `One`, and broadcasts it when a task needs it.
"""

from functools import partial

from pyspark import StorageLevel
from pyspark.sql import functions as F

from fastsmote.spark import _tasks as tasks
from fastsmote.spark._handles import Source, SparkMany, SparkOne, item, use

_READ = tasks.Step()


class SparkEngine:
    """An `Engine` whose tasks are those of `mapInArrow` of DataFrames.

    Parameters
    ----------
    session : SparkSession
        Of classic Spark or Spark Connect. The latter has no broadcast variables: values travel
        with the functions.
    """

    def __init__(self, session):
        self._session = session
        self._is_remote = type(session).__module__.startswith("pyspark.sql.connect")
        self._ranges, self._shared, self._stored = {}, {}, []
        self._kept = set()  # the values of `_shared` that results need

    # The protocol

    def one(self, function, *values, **literals):
        """Run one task on the driver."""
        for value in values:
            if isinstance(value, SparkMany):
                use(value)
        return SparkOne(lambda: function(*map(self.value_of, values), **literals))

    def each(self, function, many, *ones, **literals):
        """Run one task for each number."""
        many = many if isinstance(many, tuple) else (many,)
        if len({each.source for each in many}) > 1:
            many = (self._joined(many),)
            function = partial(_call_with_list, function)
        if len(many) == 1:
            use(*many)
        return SparkMany(many[0].n, many[0].source, many, function, ones, literals)

    def numbered(self, n, function, *ones, **literals):
        """Run one task for each of n numbers."""
        return self.each(function, self._range(n), *ones, **literals)

    def given(self, values):
        """Return a sequence of values that the plan has."""
        return self.numbered(len(values), item, SparkOne(lambda: values))

    def together(self, *many):
        """Concatenate sequences."""
        many = [each for each in many if each.n]
        use(*many)

        def union():
            frames, first = [], 0
            for each in many:
                shifted = (F.col("number") + F.lit(first)).alias("number")
                frames.append(self._mapped(each).select(shifted, "slot", "value"))
                first += each.n
            return _union(frames)

        n = sum(each.n for each in many)
        return SparkMany(n, Source(union, tasks.read_values)) if n else self._range(0)

    def reduce(self, join, many):
        """Join all values: a few at a time by tasks, and then the last by the driver."""
        use(many)
        read = tasks.ReadJoined(join, is_at_once=False)
        while many.n > tasks.MOST_JOINED:
            write = tasks.WriteGrouped(tasks.MOST_JOINED)
            many = self._grouped(partial(self._mapped, many, write), -(-many.n // write.size), read)
        return SparkOne(lambda: join(self.value_of(many)))

    def cross(self, function, left, right, join, boxes=None):
        """Run a task for each right value and all left values that it meets."""
        if left.n == 0:
            return self.given([])
        use(left, right, is_crossed=True)
        if boxes is not None:
            return self._cross_some(function, left, right, join, boxes)
        lefts = SparkOne(partial(self.value_of, left))

        def found():
            return self._mapped(right, tasks.WriteFound(function, self._share(lefts)))

        return self._grouped(found, left.n, tasks.ReadJoined(join, is_at_once=False))

    def exchange(self, split, many, n, join, *ones):
        """Split all values, and join the pieces of each number."""
        pieces = partial(self._mapped, self.each(split, many, *ones), tasks.WritePieces(n))
        return self._grouped(pieces, n, tasks.ReadJoined(join, is_at_once=True))

    # What the table uses

    def read(self, n, table, read):
        """Return a sequence of the values that ``read(batches)`` yields with their numbers."""
        return SparkMany(n, Source(lambda: table, read, is_table=True))

    def value_of(self, handle):
        """Compute the value of a `One`, or the list of the values of a `Many`."""
        if isinstance(handle, SparkOne):
            return handle.value
        if handle.n == 0:
            return []
        found = self.run(*self._plan(handle))
        values = [found[number] for number in range(handle.n)]
        tasks.Failure.check(values)
        return values

    def run(self, source, step):
        """Return the results of a step for all values of a source, by their numbers."""
        rows = self._rows(source, step, tasks.write_value, tasks.NUMBERED)
        return dict(tasks.read_values(rows.toArrow().to_batches()))

    def rows_of(self, many, schema):
        """Return the rows of values that are lists of Arrow tables, as a lazy DataFrame."""
        source, step = self._plan(many)
        is_known = source.is_table or source.read is tasks.read_numbers
        # Spark may compute any other source again, and needs for it what its tasks got.
        self._kept |= step.all_ones() if is_known else {*self._shared.values()}
        return self._rows(source, step, tasks.write_tables, schema)

    def close(self):
        """Free what was needed only to plan the results of `rows_of`."""
        for frame in self._stored:
            frame.unpersist()
        for shared in self._shared.values():
            if not self._is_remote and shared not in self._kept:
                shared.destroy()

    # Jobs

    def _share(self, one):
        """Return the value of a `One` in the form in which tasks get it."""
        if one not in self._shared:
            share = tasks.Shared if self._is_remote else self._session.sparkContext.broadcast
            self._shared[one] = share(one.value)
        return self._shared[one]

    def _range(self, n):
        if n not in self._ranges:
            frame = partial(self._session.range, 0, n, 1, max(1, n))
            self._ranges[n] = SparkMany(n, Source(frame, tasks.read_numbers))
        return self._ranges[n]

    def _grouped(self, rows, n, read, is_sorted=False):
        """Return the values that a reader makes of the rows of each number."""

        def frame():
            # A partition for each number, without rows of other numbers.
            grouped = rows().repartitionById(n, "number")
            return grouped.sortWithinPartitions("number", "slot") if is_sorted else grouped

        return SparkMany(n, Source(frame, read))

    def _joined(self, many):
        """Return lists of the values of several sequences, one list for each number."""
        use(*many)

        def rows():
            return _union([self._mapped(m, tasks.WriteSlot(slot)) for slot, m in enumerate(many)])

        return self._grouped(rows, many[0].n, tasks.read_together, is_sorted=True)

    def _cross_some(self, function, left, right, join, boxes):
        """Send each left value to its own task, and each right value to all lefts it meets."""
        of_left, of_right, meet = boxes
        met = self.one(partial(_meetings, meet), of_left, of_right)

        def rows():
            rights = self._mapped(right, tasks.WriteToAll(self._share(met)))
            return _union([self._mapped(left), rights])

        return self._grouped(rows, left.n, tasks.ReadPairs(function, join), is_sorted=True)

    def _mapped(self, many, write=tasks.write_value):
        """Return the DataFrame of the rows that a writer makes of the values."""
        return self._rows(*self._plan(many), write, tasks.NUMBERED)

    def _rows(self, source, step, write, schema):
        task = tasks.Task(source.read, step, write)
        return source.frame.mapInArrow(partial(tasks.run, task=task), schema)

    def _plan(self, many):
        """Return the source that a task reads, and the step that it runs.

        A sequence that several jobs need is persisted, and becomes the source.
        """
        return self._planned(many, {}) or self._planned(many, {}, from_table=True)

    def _planned(self, many, steps, from_table=False):
        if not from_table and many.n_uses > 1 and not many.is_given:
            return self._store(many), _READ
        if not many.inputs:
            return many.source, _READ
        if many not in steps:
            plans = [self._planned(each, steps, from_table) for each in many.inputs]
            steps[many] = None if None in plans else self._composed(many, *zip(*plans, strict=True))
        return steps[many]

    def _composed(self, many, sources, inputs):
        """Return the plan of a sequence from those of its inputs; None to plan from the table."""
        function, ones = many.function, tuple(map(self._share, many.ones))
        if len(set(sources)) > 1:
            if many.source.is_table:
                return None
            sources, inputs = [self._joined(many.inputs).source], (_READ,)
            function = partial(_call_with_list, function)
        return sources[0], tasks.Step(function, inputs, ones, many.literals)

    def _store(self, many):
        """Persist a sequence, if it is not yet, and return it as a source."""
        if many.stored is None:
            n_uses, many.n_uses = many.n_uses, 0
            frame = self._mapped(many).persist(StorageLevel.MEMORY_AND_DISK)
            self._stored.append(frame)
            many.stored, many.n_uses = Source(lambda: frame, tasks.read_values), n_uses
        return many.stored


def _call_with_list(function, values, *ones, **literals):
    return function(*values, *ones, **literals)


def _meetings(meet, lefts, rights):
    """Return the numbers of the left values that each right value meets."""
    return [[i for i, left in enumerate(lefts) if meet(left, right)] for right in rights]


def _union(frames):
    first, *others = frames
    for frame in others:
        first = first.unionByName(frame)
    return first

"""Shuffle the rows of the output with temporary files in the staging folder.

Each row is computed once and appended to the temporary file of its part, or of a few parts.
Then each part is read from its file and sorted in memory.
"""

import shutil
from contextlib import ExitStack

import numpy as np
import pyarrow as pa
import pyarrow.ipc
from sklearn.utils import shuffle

PLACE = "fastsmote-place"  # the column with the place of a row in the output
MOST_FILES = 200  # that are open at the same time
FOLDER, DONE = "_shuffled", "_done"


class Shuffled:
    """All rows, in the order of ``sklearn.utils.shuffle`` with the run's seed.

    Parameters
    ----------
    read : callable
        ``read()`` yields all rows of the output in blocks.
    n_rows : int
        The number of rows of all blocks.
    part_rows : int
        Rows per part; requested ranges start at multiples of it.
    folder : Path
        The staging folder.
    seed : int
    """

    def __init__(self, read, n_rows, part_rows, folder, seed):
        self._read, self.n_rows, self._folder = read, n_rows, folder / FOLDER
        n_parts = -(-n_rows // part_rows)
        self._file_rows = part_rows * -(-n_parts // MOST_FILES)
        self._seed = seed

    def _places(self):
        """Return the place of each row in the output."""
        places = np.empty(self.n_rows, np.int64)
        places[shuffle(np.arange(self.n_rows), random_state=self._seed)] = np.arange(self.n_rows)
        return places

    def blocks(self, start, stop, schema):
        """Yield the rows of the output from ``start`` up to ``stop``, sorted in memory."""
        if not (self._folder / DONE).exists():
            self._scatter(schema)
        path = self._path(start // self._file_rows)
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            held = []
            for batch in reader:
                places = batch.columns[-1].to_numpy()
                is_inside = (places >= start) & (places < stop)
                held.append(batch.filter(pa.array(is_inside)))
        table = pa.Table.from_batches(held).unify_dictionaries().combine_chunks()
        order = np.argsort(table.columns[-1].to_numpy())
        table = table.select(range(len(schema))).take(pa.array(order)).combine_chunks()
        yield from table.cast(schema).to_batches()

    def _path(self, number):
        return self._folder / f"{number:05d}.arrows"

    def _scatter(self, schema):
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        places, n_done = self._places(), 0
        schema = schema.append(pa.field(PLACE, pa.int64()))
        with ExitStack() as stack:
            writers = [
                stack.enter_context(
                    pa.ipc.new_stream(
                        stack.enter_context(pa.OSFile(str(self._path(number)), "wb")), schema
                    )
                )
                for number in range(-(-self.n_rows // self._file_rows))
            ]
            for block in self._read():
                of_block = places[n_done : n_done + block.num_rows]
                n_done += block.num_rows
                block = block.append_column(PLACE, pa.array(of_block))
                numbers = of_block // self._file_rows
                order = np.argsort(numbers, kind="stable")
                cuts = np.searchsorted(numbers[order], np.arange(len(writers) + 1))
                block = block.take(pa.array(order))
                for number, writer in enumerate(writers):
                    n_rows = int(cuts[number + 1] - cuts[number])
                    if n_rows:
                        writer.write_batch(block.slice(int(cuts[number]), n_rows))
        (self._folder / DONE).touch()

    def discard(self):
        """Remove the temporary files."""
        shutil.rmtree(self._folder, ignore_errors=True)

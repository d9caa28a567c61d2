"""Read a pair of .npy files: a matrix of features, and the target beside it."""

import numpy as np
import pyarrow as pa

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE, Batch, Source
from fastsmote.offline._errors import OfflineError, Place, named

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class _Array:
    """A .npy file that is read a few rows at a time.

    The file is not mapped into memory: if a mapped file becomes shorter, the operating
    system kills the process that reads it.
    """

    def __init__(self, file):
        self.file = file
        with named(file, UNREADABLE, READ_ERRORS), file.open() as opened:
            version = np.lib.format.read_magic(opened)
            if version not in HEADERS:
                raise ValueError(f"format version {version[0]}.{version[1]} is not supported")
            self.shape, self._is_fortran, self.dtype = HEADERS[version](opened)
            self._offset = opened.tell()
            if self.dtype.hasobject:
                raise ValueError("it contains Python objects, which are never unpickled")
            n_needed = int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize
            if opened.size() < self._offset + n_needed:
                raise ValueError(f"{opened.size() - self._offset} of {n_needed} bytes")

    def read(self, start, stop):
        """Read the rows from ``start`` up to ``stop``."""
        n_columns = int(np.prod(self.shape[1:], dtype=np.int64))
        with named(self.file, UNREADABLE, READ_ERRORS), self.file.open() as opened:
            if not self._is_fortran or n_columns == 1:
                values = self._values(opened, start * n_columns, stop * n_columns)
                return values.reshape(stop - start, *self.shape[1:])
            starts = [j * self.shape[0] for j in range(n_columns)]
            columns = [self._values(opened, first + start, first + stop) for first in starts]
            return np.stack(columns, axis=1)

    def _values(self, opened, start, stop):
        n_bytes = (stop - start) * self.dtype.itemsize
        data = opened.read_at(n_bytes, self._offset + start * self.dtype.itemsize)
        if len(data) < n_bytes:
            raise OSError("the file became shorter while it was read")
        return np.frombuffer(data, self.dtype).astype(self.dtype.newbyteorder("="), copy=False)


class NpySource(Source):
    """A pair of .npy files: a matrix with columns x0, x1, ..., and the target."""

    has_names = False

    def __init__(self, X_file, y_file):
        super().__init__([X_file, y_file])
        self._X, self._y = _Array(X_file), _Array(y_file)
        X, y = self._X, self._y
        if len(X.shape) != 2 or X.dtype.kind not in "fiub":
            raise OfflineError(
                f"{X_file}: must be a matrix of numbers. Got {len(X.shape)} dimensions of dtype "
                f"{X.dtype}."
            )
        if y.shape != X.shape[:1]:
            raise OfflineError(
                f"{y_file}: must have one dimension and {X.shape[0]} rows, like {X_file}. "
                f"Got shape {y.shape}."
            )
        self._target = y_file.name.rpartition(".")[0]
        self._names = [f"x{j}" for j in range(X.shape[1])]
        self.schema = self._batch(0, 0, [*self._names, self._target]).schema

    def _batch(self, start, stop, columns):
        arrays = {}
        if self._target in columns:
            arrays[self._target] = pa.array(self._y.read(start, stop))
        if set(columns) != {self._target}:
            X = self._X.read(start, stop)
            for j, name in enumerate(self._names):
                if name in columns:
                    arrays[name] = pa.array(np.ascontiguousarray(X[:, j]))
        return pa.RecordBatch.from_arrays([arrays[name] for name in columns], columns)

    def _batches(self, columns, batch_rows, start):
        for row in range(start, self._X.shape[0], batch_rows):
            table = self._batch(row, min(self._X.shape[0], row + batch_rows), columns)
            yield Batch(row, table, Place(str(self.paths[0]), "", row))

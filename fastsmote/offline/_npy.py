"""Write a table as a pair of .npy files, batch by batch."""

import numpy as np
import pyarrow.types as arrow_types

from fastsmote.offline._columns import as_floats, is_number, numpy_dtype
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._writers import written_completely


class NpyPair:
    """The matrix of the features, in the order of the columns, and the target beside it.

    Parameters
    ----------
    dst : Path
        The file of the matrix.
    schema : pyarrow.Schema
        The schema of the rows to write.
    columns : Columns

    Raises
    ------
    OfflineError
        If a column is neither a feature nor the target, or if its type needs Python objects
        in a .npy file.
    """

    def __init__(self, dst, schema, columns):
        self._target = columns.target
        self._features = [name for name in schema.names if name in columns.features]
        if not self._features:
            raise OfflineError(f"{dst}: no column is left as a feature; there must be one.")
        self.names = [f"{dst.stem}.{columns.target}.npy", dst.name]
        for field in schema:
            is_text = field.name == columns.target and _is_text(field.type)
            if field.name not in (*columns.features, columns.target):
                raise OfflineError(
                    f"{dst}, column {field.name}: is not a feature. .npy holds only features and "
                    f"the target. Write a folder or a .parquet, .csv or .arrow file."
                )
            if not (is_text or is_number(field.type)):
                raise OfflineError(
                    f"{dst}, column {field.name}: {field.type} cannot be written to .npy. Write a "
                    f"folder or a .parquet, .csv or .arrow file."
                )
        types = [numpy_dtype(schema.field(name).type) for name in self._features]
        self._dtype, self._target_type = np.result_type(*types), schema.field(self._target).type

    def join(self, folder, batches, n_rows, labels):
        """Write both files into a folder; return their entries for the manifest."""
        texts = np.array([str(label) for label in labels])
        is_text = _is_text(self._target_type)
        target_dtype = texts.dtype if is_text else np.dtype(self._target_type.to_pandas_dtype())
        target_path, path = (folder / name for name in self.names)
        with written_completely(target_path) as target_sink, written_completely(path) as sink:
            _write_header(target_sink, target_dtype, (n_rows,))
            _write_header(sink, self._dtype, (n_rows, len(self._features)))
            for batch in batches:
                sink.write(self._matrix(path, batch).data)
                target = batch.column(self._target).to_numpy(zero_copy_only=False)
                target_sink.write(np.ascontiguousarray(target, target_dtype).view(np.uint8).data)
        return [
            {"file": written.name, "rows": n_rows, "sha256": of.digest.hexdigest()}
            for written, of in ((target_path, target_sink), (path, sink))
        ]

    def _matrix(self, path, batch):
        matrix = np.empty((len(batch), len(self._features)), self._dtype)
        for j, name in enumerate(self._features):
            column = batch.column(name)
            if column.null_count and self._dtype.kind != "f":
                raise OfflineError(
                    f"{path.name}, column {name}: null cannot be written to a .npy file of "
                    f"{self._dtype}. Fill the value, or pass --dtype float64."
                )
            matrix[:, j] = as_floats(column).to_numpy(zero_copy_only=False)
        return matrix


def _is_text(type_):
    type_ = type_.value_type if arrow_types.is_dictionary(type_) else type_
    return arrow_types.is_string(type_) or arrow_types.is_large_string(type_)


def _write_header(sink, dtype, shape):
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(sink, header)

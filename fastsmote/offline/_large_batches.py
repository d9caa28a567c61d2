"""Read large record batches of Arrow IPC files a few rows at a time.

A record batch may be as large as its file. Arrow either reads it completely or maps it into
memory; if a mapped file becomes shorter, the operating system kills the process that reads
it. So this module reads the bytes of the rows itself, at the offsets in the file's metadata:
https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
"""

import struct
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.types as arrow_types

END = struct.Struct("<i6s")  # length of the footer, magic
BLOCK, PAIR = struct.Struct("<qi4xq"), struct.Struct("<qq")
CONTINUES = b"\xff\xff\xff\xff"  # precedes the length of a message, except in old files
ONE_BUFFER = (arrow_types.is_struct, arrow_types.is_fixed_size_list)
TWO_BUFFERS = (
    arrow_types.is_list,
    arrow_types.is_large_list,
    arrow_types.is_map,
    arrow_types.is_dictionary,
)
OF_BYTES = {  # variable-length types, and the integer type of their offsets
    pa.string(): np.int32,
    pa.binary(): np.int32,
    pa.large_string(): np.int64,
    pa.large_binary(): np.int64,
}


class _Table:
    """A table of a flatbuffer: fields are read by slot, and some may be missing."""

    def __init__(self, data, position):
        self._data = data
        (to_fields,) = struct.unpack_from("<i", data, position)
        fields = position - to_fields
        (n_bytes,) = struct.unpack_from("<H", data, fields)
        offsets = struct.unpack_from(f"<{n_bytes // 2 - 2}H", data, fields + 4)
        self._positions = [position + offset if offset else None for offset in offsets]

    @classmethod
    def root(cls, data, start=0):
        """Return the root table of a flatbuffer."""
        return cls(data, start + struct.unpack_from("<I", data, start)[0])

    def has(self, slot):
        return slot < len(self._positions) and self._positions[slot] is not None

    def number(self, slot, kind):
        """Return a number; 0 if the field is missing."""
        return (
            struct.unpack_from(kind, self._data, self._positions[slot])[0] if self.has(slot) else 0
        )

    def _follow(self, slot):
        if not self.has(slot):
            raise IndexError(slot)
        position = self._positions[slot]
        return position + struct.unpack_from("<I", self._data, position)[0]

    def table(self, slot):
        return _Table(self._data, self._follow(slot))

    def structs(self, slot, kind):
        """Return a vector of structs; an empty list if the field is missing."""
        if not self.has(slot):
            return []
        start = self._follow(slot)
        (n_items,) = struct.unpack_from("<I", self._data, start)
        if n_items * kind.size > len(self._data):
            raise IndexError(n_items)
        return [kind.unpack_from(self._data, start + 4 + i * kind.size) for i in range(n_items)]


@contextmanager
def _damage_named():
    """Turn the errors that damaged metadata causes into a `ValueError`."""
    try:
        yield
    except (struct.error, IndexError, OverflowError) as error:
        raise ValueError("its metadata is damaged") from error


def _n_buffers(type_):
    """Return how many buffers a column has, nested ones included; None if not known."""
    if arrow_types.is_null(type_):
        return 0
    if type_ in OF_BYTES:
        return 3
    if isinstance(type_, pa.BaseExtensionType):
        return _n_buffers(type_.storage_type)
    own = 1 if any(is_kind(type_) for is_kind in ONE_BUFFER) else 2
    if _is_fixed(type_) or arrow_types.is_dictionary(type_):
        return own
    if not any(is_kind(type_) for is_kind in (*ONE_BUFFER, *TWO_BUFFERS)):
        return None
    inside = [_n_buffers(type_.field(i).type) for i in range(type_.num_fields)]
    return None if None in inside else own + sum(inside)


def _is_fixed(type_):
    """Return whether all values of a column have the same width and lie in one buffer."""
    return (arrow_types.is_primitive(type_) or arrow_types.is_decimal(type_)
            or arrow_types.is_fixed_size_binary(type_))  # fmt: skip


class LargeBatches:
    """The record batches of a local file that are larger than a limit.

    Parameters
    ----------
    file : File
    schema : pyarrow.Schema
    least_bytes : int
        Only larger record batches are read by this class.
    """

    def __init__(self, file, schema, least_bytes):
        self._file, self._schema, self._blocks = file, schema, {}
        n_buffers = [_n_buffers(field.type) for field in schema]
        if not file.is_local or None in n_buffers:
            return
        self._first_buffers = np.cumsum([0, *n_buffers]).tolist()
        with _damage_named(), file.open() as opened:
            n_bytes = opened.size()
            n_footer, _ = END.unpack(_read(opened, n_bytes - END.size, END.size))
            footer = _Table.root(_read(opened, n_bytes - END.size - n_footer, n_footer))
            is_big_endian = footer.table(1).number(0, "<h")
            for number, block in enumerate(footer.structs(3, BLOCK)):
                if block[2] > least_bytes and not is_big_endian:
                    self._blocks[number] = block

    def open(self, number):
        """Return a record batch by number; None if Arrow must read it completely."""
        if number not in self._blocks:
            return None
        offset, n_metadata, _ = self._blocks[number]
        with _damage_named(), self._file.open() as opened:
            metadata = _read(opened, offset, n_metadata)
            message = _Table.root(metadata, 8 if metadata[:4] == CONTINUES else 4).table(2)
            if message.has(3):  # compressed
                return None
            buffers = [(offset + n_metadata + at, n) for at, n in message.structs(2, PAIR)]
            return LargeBatch(self, number, message.number(0, "<q"), buffers)


class LargeBatch:
    """A record batch of `n_rows` rows."""

    def __init__(self, batches, number, n_rows, buffers):
        self._file, self._schema, self._number = batches._file, batches._schema, number
        self._first_buffers, self._buffers, self.n_rows = batches._first_buffers, buffers, n_rows
        self._whole = {}

    def read(self, names, start, stop):
        """Return some columns of the rows from ``start`` up to ``stop``."""
        with _damage_named(), self._file.open() as opened:
            arrays = [self._column(opened, name, start, stop) for name in names]
        schema = pa.schema([self._schema.field(name) for name in names])
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _column(self, opened, name, start, stop):
        place = self._schema.get_field_index(name)
        type_, first = self._schema.field(place).type, self._first_buffers[place]
        if not (_is_fixed(type_) or type_ in OF_BYTES):
            return self._whole_column(place).slice(start, stop - start)
        # Bits are read from a byte boundary.
        skipped = start % 8
        start -= skipped

        def read(number, start, stop, n_bits):
            at, n_bytes = self._buffers[first + number]
            low, high = start * n_bits // 8, -(-stop * n_bits // 8)
            if number == 0 and n_bytes == 0:  # no value is null
                return None
            return pa.py_buffer(_read(opened, at + low, high - low))

        buffers = [read(0, start, stop, 1)]
        if type_ in OF_BYTES:
            dtype = np.dtype(OF_BYTES[type_])
            begins = np.frombuffer(read(1, start, stop + 1, 8 * dtype.itemsize), dtype)
            begins, data = begins - begins[0], read(2, int(begins[0]), int(begins[-1]), 8)
            buffers += [pa.py_buffer(begins), data]
        else:
            buffers.append(read(1, start, stop, type_.bit_width))
        return pa.Array.from_buffers(type_, stop - start - skipped, buffers, offset=skipped)

    def _whole_column(self, place):
        """Return all rows of a column that cannot be read in ranges."""
        if place not in self._whole:
            options = pa.ipc.IpcReadOptions(included_fields=[place])
            with self._file.open() as opened:
                reader = pa.ipc.open_file(opened, options=options)
                self._whole[place] = reader.get_batch(self._number).column(0)
        return self._whole[place]


def _read(opened, start, n_bytes):
    data = opened.read_at(n_bytes, start)
    if len(data) < n_bytes:
        raise OSError("the file became shorter while it was read")
    return data

"""Find the files of a folder, and the column values in the names of its folders."""

from contextlib import suppress
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE
from fastsmote.offline._errors import OfflineError, named
from fastsmote.offline._files import File

FORMATS = {
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".arrow": "Arrow IPC",
    ".feather": "Arrow IPC",
    ".ipc": "Arrow IPC",
    ".arrows": "Arrow IPC",
    ".csv": "CSV",
    ".tsv": "CSV",
}
AS_TEXT = ds.HivePartitioning(pa.schema([("text", pa.string())]))
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
STREAMED = (".csv", ".tsv", ".arrows")  # formats that can be compressed as a whole file


class Found(NamedTuple):
    """A file and its values of the partition columns."""

    file: File
    values: dict  # {partition column: value}


class Folder(NamedTuple):
    """The files of a folder, in the order of their paths."""

    files: list  # of Found
    partitions: Any  # pyarrow.Schema of the partition columns
    skipped: list  # of File, whose format cannot be read


def format_of(file):
    """Return the format of a file by its ending; None if it cannot be read."""
    if file.compression and file.suffix not in STREAMED:
        return None
    return FORMATS.get(file.suffix)


def find_files(folder):
    """Find the files of one format in a folder and its subfolders.

    Names that begin with a dot or an underscore are skipped, as other readers skip them. In
    a folder named ``key=value`` (hive partitioning), all rows have that value in the column
    ``key``, which holds integers if all values are integers and text otherwise.

    Parameters
    ----------
    folder : File

    Raises
    ------
    OfflineError
        If there is no file, if there are files of several formats, or if the files have
        different partition columns.
    """
    with named(folder, UNREADABLE, READ_ERRORS):
        selector = fs.FileSelector(folder.path, recursive=True)
        infos = folder.filesystem.get_file_info(selector)
    root = folder.path.rstrip("/")
    paths = [info.path for info in infos if info.is_file]
    relative = {path: path[len(root) :].lstrip("/").split("/") for path in paths}
    paths = [path for path in paths if not any(part[:1] in "._" for part in relative[path])]
    files = sorted(map(folder.inside, paths), key=lambda file: relative[file.path])
    skipped = [file for file in files if format_of(file) is None]
    files = [file for file in files if format_of(file) is not None]
    if not files:
        raise OfflineError(f"{folder}: the folder contains no {', '.join(FORMATS)} file.")
    _check_one_format(folder, files)
    keys = [_keys(relative[file.path][:-1]) for file in files]
    for file, of_file in zip(files, keys, strict=True):
        if of_file != keys[0]:
            raise OfflineError(
                f"{file}: has the partition columns {', '.join(of_file) or '(none)'}; "
                f"{files[0]} has {', '.join(keys[0]) or '(none)'}. They must be the same."
            )
    if len(set(keys[0])) < len(keys[0]):
        raise OfflineError(f"{files[0]}: its folders name a partition column more than once.")
    folders = [relative[file.path][:-1] for file in files]
    found, partitions = _with_partitions(folders, keys[0], files)
    return Folder(found, partitions, skipped)


def _keys(folders):
    return tuple(_decoded(part.partition("=")[0]) for part in folders if "=" in part)


def _check_one_format(folder, files):
    first = {}
    for file in files:
        first.setdefault(format_of(file), file)
    if len(first) > 1:
        examples = ", ".join(f"{name} ({file})" for name, file in first.items())
        raise OfflineError(
            f"{folder}: contains several formats: {examples}. All files must have one format. Move "
            "the other files, or start their names with an underscore."
        )


def _with_partitions(folders, keys, files):
    """Add to each file its values of the partition columns, and infer their types."""
    rows = [
        [_decoded(part.partition("=")[2]) for part in of_file if "=" in part] for of_file in folders
    ]
    columns = [_typed([row[j] for row in rows]) for j in range(len(keys))]
    fields = [pa.field(key, column.type) for key, column in zip(keys, columns, strict=True)]
    found = [
        Found(file, {key: column[i].as_py() for key, column in zip(keys, columns, strict=True)})
        for i, file in enumerate(files)
    ]
    return found, pa.schema(fields)


def _decoded(text):
    """Decode a key or value in the name of a folder; None stands for null."""
    return ds.get_partition_keys(AS_TEXT.parse(f"text={text}/file")).get("text")


def _typed(texts):
    """Convert the values of a partition column to integers if all are integers."""
    column = pa.array(texts, pa.string())
    for type_ in (pa.int32(), pa.int64()):
        with suppress(pa.ArrowInvalid):
            numbers = column.cast(type_)
            if numbers.cast(pa.string()).equals(column):  # 007 stays text
                return numbers
    return column

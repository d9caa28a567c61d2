"""The Parquet files of a folder, and what its folders' names say of their rows."""

from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE
from fastsmote.offline._errors import OfflineError, named

SUFFIXES = (".parquet", ".pq")


class Found(NamedTuple):
    """One file, and its values of the partition columns."""

    path: Path
    values: dict  # {partition column: value}


class Folder(NamedTuple):
    """The files of a folder, in the order of their paths."""

    files: list  # of Found
    partitions: Any  # pyarrow.Schema of the partition columns


def find_files(folder):
    """The Parquet files in a folder and in the folders inside it.

    Names that begin with a dot or an underscore are hidden, as they are to other readers. A
    folder named ``key=value`` (hive partitioning) gives all of its rows that value in the
    column ``key``: an integer if all values are integers, else text.

    Raises
    ------
    OfflineError
        If there is no file, or if some files have other partition columns than others.
    """
    local, root = fs.LocalFileSystem(), Path(folder)
    selected = local.get_file_info(fs.FileSelector(str(root), recursive=True))
    names = [Path(info.path).relative_to(root) for info in selected if info.is_file]
    names = sorted(
        name for name in names
        if name.suffix in SUFFIXES and not any(part[0] in "._" for part in name.parts)
    )  # fmt: skip
    if not names:
        raise OfflineError(f"{folder}: is a folder without Parquet files.")
    keys = [tuple(part.partition("=")[0] for part in n.parent.parts if "=" in part) for n in names]
    for name, of_name in zip(names, keys, strict=True):
        if of_name != keys[0]:
            raise OfflineError(
                f"{root / name}: has the partition columns {', '.join(of_name) or '(none)'}, "
                f"{root / names[0]} has {', '.join(keys[0]) or '(none)'}. They must be the same."
            )
    paths = [root / name for name in names]
    if not keys[0]:
        return Folder([Found(path, {}) for path in paths], pa.schema([]))
    with named(paths[0], UNREADABLE, READ_ERRORS):
        dataset = ds.dataset(
            [str(path) for path in paths],
            format="parquet",
            partitioning="hive",
            partition_base_dir=str(root),
        )
    values = [ds.get_partition_keys(part.partition_expression) for part in dataset.get_fragments()]
    files = [Found(path, of_path) for path, of_path in zip(paths, values, strict=True)]
    return Folder(files, dataset.partitioning.schema)

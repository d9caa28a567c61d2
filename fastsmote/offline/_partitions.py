"""Write parts that are partitioned by columns: one file per folder ``key=value``."""

import json
import os
import shutil

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from fastsmote.offline._csv_writer import is_text
from fastsmote.offline._discovery import HIVE_NULL
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._writers import hash_file, sync_folder

MOST_FOLDERS = 4_096  # per part


def write_partitioned(path, blocks, writing, keys, list_name):
    """Write a part as a folder of folders; return the entries of its files for the manifest.

    Rows keep their order within each file. Rows with a null key are in the folder
    ``key=__HIVE_DEFAULT_PARTITION__``, as in Spark, Hive and pyarrow.

    Parameters
    ----------
    path : Path
        The folder; it gets this name only once it is complete.
    keys : list of str
        The columns that name the folders; the files do not contain them.
    list_name : str
        The name of the file in the folder that lists the files.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    table = pa.Table.from_batches(blocks, writing.schema).unify_dictionaries().combine_chunks()
    n_folders = table.select(keys).group_by(keys).aggregate([]).num_rows
    if n_folders > MOST_FOLDERS:
        raise OfflineError(
            f"--partition-by: {', '.join(keys)}: {n_folders:,} different values in one part; "
            f"at most {MOST_FOLDERS:,} are allowed. Name a column with fewer values."
        )
    for key in keys:
        column = table.column(key)
        if is_text(column.type) and pc.any(pc.equal(column, HIVE_NULL)).as_py():
            raise OfflineError(f"--partition-by: {key} contains {HIVE_NULL!r}, which means null.")
    parquet = ds.ParquetFileFormat()
    written = []
    ds.write_dataset(
        table,
        temporary,
        format=parquet,
        file_options=parquet.make_write_options(compression=writing.codec),
        partitioning=ds.partitioning(
            pa.schema([writing.schema.field(key) for key in keys]), flavor="hive"
        ),
        basename_template=f"{path.name}-{{i}}.parquet",
        max_rows_per_group=writing.group_rows,
        max_partitions=MOST_FOLDERS,
        use_threads=False,  # keeps the order of the rows
        existing_data_behavior="overwrite_or_ignore",
        file_visitor=lambda file: written.append((file.path, file.metadata.num_rows)),
    )
    files = []
    for file, n_rows in sorted(written):
        with open(file, "rb+") as opened:
            os.fsync(opened.fileno())
        name = os.path.relpath(file, temporary).replace(os.sep, "/")
        files.append({"file": name, "rows": n_rows, "sha256": hash_file(file)})
    (temporary / list_name).write_text(json.dumps(files))
    sync_folder(temporary)
    shutil.rmtree(path, ignore_errors=True)  # left by a run that was interrupted at its end
    os.replace(temporary, path)
    sync_folder(path.parent)
    return files

"""Choose the format of an output from the ending of its name."""

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from fastsmote.offline._errors import OfflineError

KINDS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".npy": "npy",
    ".arrow": "ipc",
    ".feather": "ipc",
    ".ipc": "ipc",
    ".arrows": "stream",
}
OUTPUT_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
COMPRESSED = ("csv", "stream")  # kinds that can be compressed as a whole file
STANDARD_OUTPUT = {"csv": "csv", "arrow": "stream"}  # --format: kind
ENDING = re.compile(r"\.[A-Za-z]{2,}[A-Za-z0-9]*|\.7z")  # looks like the ending of a file


class Format(NamedTuple):
    """The format of an output."""

    kind: str  # parquet, csv, npy, ipc or stream
    compression: str | None  # of the whole file
    suffix: str  # ending of the format: .csv for out.csv.gz
    is_file: bool  # False: a folder of Parquet parts


def format_of_output(dst, chosen=None):
    """Return the format of an output by its name; standard output takes the chosen format.

    Raises
    ------
    OfflineError
        If the name has the ending of a file that cannot be written, or if `chosen` is
        missing for standard output or given for anything else.
    """
    if str(dst) == "-":
        if chosen not in STANDARD_OUTPUT:
            raise OfflineError(
                f"--format: standard output needs one of {', '.join(STANDARD_OUTPUT)}. Got "
                f"{chosen!r}."
            )
        return Format(STANDARD_OUTPUT[chosen], None, f".{chosen}", True)
    if chosen is not None:
        raise OfflineError(f"--format: applies only to standard output (-). Got {dst}.")
    path = PurePosixPath(str(dst))
    if path.name in ("", "..") or "\0" in str(dst):
        raise OfflineError(f"{str(dst)!r}: is not the name of a file or folder.")
    compression = OUTPUT_COMPRESSIONS.get(path.suffix.lower())
    suffix = (PurePosixPath(path.stem).suffix if compression else path.suffix).lower()
    kind = KINDS.get(suffix)
    if kind and (compression is None or kind in COMPRESSED):
        return Format(kind, compression, suffix, True)
    if kind or compression or ENDING.fullmatch(path.suffix):
        raise OfflineError(
            f"{dst}: {''.join(filter(None, [compression and suffix, path.suffix]))} cannot be "
            f"written. A file must end in one of {', '.join(KINDS)}; CSV and .arrows may be "
            f"compressed ({', '.join(OUTPUT_COMPRESSIONS)}); a folder of Parquet files must have "
            "no ending."
        )
    return Format("parquet", None, "", False)  # such as balanced.2024 or run.v2

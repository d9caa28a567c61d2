"""The parameters of a run, and their checks."""

import csv
import json
import math
import re
from dataclasses import dataclass
from numbers import Integral, Real

from fastsmote.offline._errors import OfflineError
from fastsmote.offline._values import read_values, shown

SAMPLERS = {  # name: imbalanced-learn's sampling type
    "smote": "over-sampling",
    "borderline-smote": "over-sampling",
    "adasyn": "over-sampling",
    "smotenc": "over-sampling",
    "random-over": "over-sampling",
    "random-under": "under-sampling",
    "tomek-links": "clean-sampling",
    "smote-tomek": "over-sampling",
    "borderline-2": "over-sampling",
    "enn": "clean-sampling",
    "smote-enn": "over-sampling",
    "ncr": "clean-sampling",
    "nearmiss-1": "under-sampling",
}
SAME_ROWS_AS = {  # the class that makes the same rows in memory
    "smote": "over_sampling.SMOTE",
    "borderline-smote": "over_sampling.BorderlineSMOTE",
    "adasyn": "over_sampling.ADASYN",
    "smotenc": "over_sampling.SMOTENC",
    "random-over": "over_sampling.RandomOverSampler",
    "random-under": "under_sampling.RandomUnderSampler",
    "tomek-links": "under_sampling.TomekLinks",
    "smote-tomek": "combine.SMOTETomek",
    "borderline-2": "over_sampling.BorderlineSMOTE(kind='borderline-2')",
    "enn": "under_sampling.EditedNearestNeighbours",
    "smote-enn": "combine.SMOTEENN",
    "ncr": "under_sampling.NeighbourhoodCleaningRule",
    "nearmiss-1": "under_sampling.NearMiss(version=1)",
}
IN_MEMORY = {  # samplers that read rows many times in an order of their own, or fit a model
    "svm-smote": "over_sampling.SVMSMOTE",
    "kmeans-smote": "over_sampling.KMeansSMOTE",
    "smoten": "over_sampling.SMOTEN",
    "repeated-enn": "under_sampling.RepeatedEditedNearestNeighbours",
    "all-knn": "under_sampling.AllKNN",
    "nearmiss-2": "under_sampling.NearMiss(version=2)",
    "nearmiss-3": "under_sampling.NearMiss(version=3)",
    "cnn": "under_sampling.CondensedNearestNeighbour",
    "one-sided-selection": "under_sampling.OneSidedSelection",
    "cluster-centroids": "under_sampling.ClusterCentroids",
    "instance-hardness": "under_sampling.InstanceHardnessThreshold",
}
TAKE_ANY_COLUMNS = ("random-over", "random-under")
CLEANED = ("smote-tomek", "smote-enn")  # over-samplers that also remove rows
MAKE_ROWS = ("smote", "borderline-smote", "borderline-2", "adasyn", "smotenc", *CLEANED)
TAKE_MISSING = (*MAKE_ROWS, "tomek-links", "enn")
# Parameters of a few samplers: the samplers, and the default.
OF_SAMPLERS = {
    "n_neighbors": (("enn", "smote-enn", "ncr", "nearmiss-1"), 3),
    "kind_sel": (("enn", "smote-enn"), "all"),
    "threshold_cleaning": (("ncr",), 0.5),
}
VOTES = ("all", "mode")
UNITS = {"": 1, "b": 1}
for _power, _letter in enumerate("kmgt", 1):
    UNITS |= {f"{_letter}b": 10 ** (3 * _power)}  # 10MB is 10,000,000 bytes
    UNITS |= dict.fromkeys([_letter, f"{_letter}ib"], 2 ** (10 * _power))
STRATEGY_WORDS = ("minority", "not minority", "not majority", "all", "majority", "auto")


@dataclass(frozen=True)
class Options:
    """The parameters of `resample`, which documents them, except paths and target."""

    sampler: str = "smote"
    strategy: object = "auto"
    k_neighbors: int = 5
    m_neighbors: int = 10
    n_neighbors: int | None = None  # replaced by the default, as the next two, if they apply
    kind_sel: str | None = None
    threshold_cleaning: float | None = None
    seed: int = 0
    features: tuple = ()
    exclude: tuple = ()
    categorical: tuple = ()
    dtype: str = "file"
    scale: str = "none"
    missing: str = "error"
    values: object = None
    delimiter: str | None = None
    no_header: bool = False
    encoding: str = "utf8"
    max_memory: object = "4GiB"
    threads: int | None = None
    batch_rows: int | None = None
    part_rows: int | None = None
    only_synthetic: bool = False
    provenance: bool = False
    flag: str | None = None
    shuffle: bool = False
    partition_by: tuple = ()
    format: str | None = None
    check: bool = False
    resume: bool = False
    overwrite: bool = False
    dry_run: bool = False

    def __post_init__(self):
        self._check_sampler()
        _check_integer("seed", self.seed, 0, 2**32 - 1)
        object.__setattr__(self, "seed", int(self.seed))
        self._check_strategy()
        for name in ("k_neighbors", "m_neighbors"):
            _check_integer(name, getattr(self, name), 1)
            object.__setattr__(self, name, int(getattr(self, name)))
        self._check_of_samplers()
        for name in ("threads", "batch_rows", "part_rows"):
            if getattr(self, name) is not None:
                _check_integer(name, getattr(self, name), 1)
        for name, known in WORDS.items():
            if getattr(self, name) not in known:
                raise OfflineError(
                    f"--{name}: must be one of {', '.join(known)}. Got {getattr(self, name)!r}."
                )
        for name in ("features", "exclude", "categorical", "partition_by"):
            names = getattr(self, name)
            names = (names,) if isinstance(names, str) else tuple(names)
            object.__setattr__(self, name, names)
        object.__setattr__(self, "max_memory", read_bytes(self.max_memory))
        object.__setattr__(self, "values", read_values(self.values))
        self._check_text()
        self._check_together()

    def _check_sampler(self):
        if self.sampler in IN_MEMORY:
            raise OfflineError(
                f"--sampler: {self.sampler} cannot stream; it needs all rows in memory. Use "
                f"fastsmote.{IN_MEMORY[self.sampler]} on a table in memory."
            )
        if self.sampler not in SAMPLERS:
            raise OfflineError(
                f"--sampler: must be one of {', '.join(SAMPLERS)}. Got {self.sampler!r}."
            )

    def _check_of_samplers(self):
        for name, (samplers, default) in OF_SAMPLERS.items():
            given = getattr(self, name)
            if given is not None and self.sampler not in samplers:
                raise OfflineError(
                    f"--{name.replace('_', '-')}: applies only to {', '.join(samplers)}. Got "
                    f"{self.sampler}."
                )
            if given is None and self.sampler in samplers:
                object.__setattr__(self, name, default)
        if self.n_neighbors is not None:
            _check_integer("n_neighbors", self.n_neighbors, 1)
            object.__setattr__(self, "n_neighbors", int(self.n_neighbors))
        if self.kind_sel not in (None, *VOTES):
            raise OfflineError(
                f"--kind-sel: must be one of {', '.join(VOTES)}. Got {self.kind_sel!r}."
            )
        threshold = self.threshold_cleaning
        if threshold is not None:
            is_number = isinstance(threshold, Real) and not isinstance(threshold, bool)
            if not (is_number and 0 < threshold < math.inf):
                raise OfflineError(
                    f"--threshold-cleaning: must be a number greater than 0. Got {threshold!r}."
                )
            object.__setattr__(self, "threshold_cleaning", float(threshold))

    def _check_strategy(self):
        strategy = self.strategy
        if isinstance(strategy, dict):
            counts = {str(getattr(k, "item", lambda k=k: k)()): v for k, v in strategy.items()}
            for label, n_rows in counts.items():
                _check_integer(f"strategy: the number of rows of class {label}", n_rows, 0)
            counts = {label: int(n_rows) for label, n_rows in counts.items()}
            object.__setattr__(self, "strategy", counts)
        elif isinstance(strategy, str) and strategy not in STRATEGY_WORDS:
            raise OfflineError(
                f"--strategy: must be a number, a list or an object in JSON such as "
                f'{{"1": 5000}}, or one of {", ".join(STRATEGY_WORDS)}. Got {strategy!r}.'
            )
        elif not isinstance(strategy, (str, Real, list)) or isinstance(strategy, bool):
            raise OfflineError(
                f"--strategy: must be a name, a number, a list or a dict of label: number of rows. "
                f"Got {strategy!r}."
            )

    def _check_text(self):
        try:
            "".encode(self.encoding)  # fails for codecs that are not text encodings, such as rot13
        except (LookupError, TypeError) as error:
            raise OfflineError(
                f"--encoding: must be an encoding that Python knows, such as utf8 or latin-1. Got "
                f"{self.encoding!r}."
            ) from error
        delimiter = {"\\t": "\t", "tab": "\t"}.get(self.delimiter, self.delimiter)
        is_one = isinstance(delimiter, str) and len(delimiter) == 1 and delimiter.isascii()
        if delimiter is not None and not (is_one and delimiter not in '"\r\n'):
            raise OfflineError(
                f"--delimiter: must be one ASCII character, or tab. Got {self.delimiter!r}."
            )
        object.__setattr__(self, "delimiter", delimiter)

    def _check_together(self):
        if self.missing == "partial" and self.sampler not in TAKE_MISSING:
            how = "without it" if self.takes_any_columns else "only if they are filled"
            raise OfflineError(
                f"--missing: partial applies only to {', '.join(TAKE_MISSING)}; {self.sampler} "
                f"takes missing values {how}."
            )
        if self.values is not None and self.sampler not in MAKE_ROWS:
            raise OfflineError(
                f"--values: applies only to {', '.join(MAKE_ROWS)}; {self.sampler} makes no new "
                "values."
            )
        if self.only_synthetic and not self.adds_rows:
            raise OfflineError(f"--only-synthetic: {self.sampler} adds no rows.")
        if self.flag is not None and not self.adds_rows:
            raise OfflineError(f"--flag: {self.sampler} adds no rows.")
        if self.scale == "standard" and self.sampler not in SCALABLE:
            raise OfflineError(
                f"--scale: standard applies only to {', '.join(SCALABLE)}. Got {self.sampler}."
            )
        if self.sampler == "smotenc" and not self.categorical:
            raise OfflineError(
                "--categorical: smotenc needs at least one column. With none, use --sampler smote."
            )

    @property
    def sampling_type(self):
        """imbalanced-learn's sampling type of the sampler."""
        return SAMPLERS[self.sampler]

    @property
    def adds_rows(self):
        """Whether the sampler adds rows; it may remove others."""
        return self.sampling_type == "over-sampling"

    @property
    def takes_any_columns(self):
        """Whether the sampler ignores the features, so that columns may have any type."""
        return self.sampler in TAKE_ANY_COLUMNS

    def deciding(self):
        """Return the parameters that the output depends on."""
        names = ["sampler", "strategy", "k_neighbors", "m_neighbors", "seed", "features"]
        names += [
            "exclude",
            "categorical",
            "dtype",
            "scale",
            "missing",
            "only_synthetic",
            "provenance",
            "flag",
            "shuffle",
            "partition_by",
            "encoding",
            "delimiter",
            "no_header",
        ]
        chosen = {name: getattr(self, name) for name in names} | {"values": shown(self.values)}
        of_sampler = {name: getattr(self, name) for name in OF_SAMPLERS}
        chosen |= {name: value for name, value in of_sampler.items() if value is not None}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in chosen.items()}


FLOATS = ("float64", "float32")
WORDS = {
    "scale": ("none", "standard"),
    "dtype": ("file", *FLOATS),
    "missing": ("error", "partial"),
}
SCALABLE = (*(name for name in SAMPLERS if name not in ("smotenc", *TAKE_ANY_COLUMNS)),)


def _check_integer(name, value, low, high=None):
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_integer or value < low or (high is not None and value > high):
        most = "" if high is None else f" and at most {high}"
        name = name.replace("_", "-")
        raise OfflineError(f"--{name}: must be an integer of {low} or more{most}. Got {value!r}.")


def read_bytes(value):
    """Read a size in bytes such as 4GiB (2^32), 4G (the same) or 4GB (4,000,000,000)."""
    if isinstance(value, Integral) and not isinstance(value, bool) and value > 0:
        return int(value)
    match = re.fullmatch(r"\s*([\d.]+)\s*([a-zA-Z]*)\s*", str(value))
    unit = match and match[2].lower()
    try:
        return int(float(match[1]) * UNITS[unit])
    except (TypeError, KeyError, ValueError):
        raise OfflineError(
            f"--max-memory: must be a size such as 512MiB or 4GiB. Got {value!r}."
        ) from None


def read_strategy(text):
    """Read a strategy from the command line: a name, or a number, list or object in JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def read_names(text):
    """Split a list of names; a name that contains a comma is in double quotes."""
    return tuple(next(csv.reader([text], skipinitialspace=True), [""])) if text is not None else ()


def size(n_bytes):
    """Format a number of bytes for a message: 512 MiB, 1.5 GiB."""
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if n_bytes >= unit:
            value = n_bytes / unit
            return f"{value:.0f} {name}" if value >= 10 else f"{value:.1f} {name}"
    return f"{n_bytes:.0f} B"

"""The types of arguments and results, in the signatures of public names.

The docstrings say what the values mean and which shapes they have. These names are for type
checkers: nothing looks at them when the package runs.

`Any` stands where a type checker cannot know more: for labels of classes, which may be any
values; for estimators and their methods, because scikit-learn has no types; and in functions
that a user passes.

imbalanced-learn and scikit-learn have no types. To a type checker that does not read their source,
as ``pyright --verifytypes`` does not, a class of theirs may be any value, and nothing is known of
the classes that inherit from it. So modules say ``assert issubclass(Base, object)``: the base is a
class. A type checker that reads the source sees the real base.
"""

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing_extensions import Self as Self
else:
    Self = getattr(typing, "Self", Any)  # Python 3.10 has none


class HasShape(Protocol):
    """An array, a sparse matrix, a dataframe, a series, or a table of pyarrow."""

    @property
    def shape(self) -> Any: ...


class Collection(Protocol):
    """A collection of dask."""

    @property
    def dask(self) -> Any: ...


class NeighborsObject(Protocol):
    """What scikit-learn's `NearestNeighbors` offers to a sampler."""

    def kneighbors(self, *args: Any, **kwargs: Any) -> Any: ...

    def kneighbors_graph(self, *args: Any, **kwargs: Any) -> Any: ...


class Estimator(Protocol):
    """An estimator of scikit-learn, or one with its methods."""

    def fit(self, *args: Any, **kwargs: Any) -> Any: ...


class SamplerObject(Protocol):
    """A sampler of imbalanced-learn, or an object with its method."""

    def fit_resample(self, *args: Any, **kwargs: Any) -> Any: ...


class Splitter(Protocol):
    """A splitter of scikit-learn's cross-validation."""

    def split(self, *args: Any, **kwargs: Any) -> Any: ...


# Tables and labels. A sampler returns them as what they came in, except tuples.
Table: TypeAlias = HasShape | list[Any]
ArrayLike: TypeAlias = HasShape | list[Any] | tuple[Any, ...]
TableT = TypeVar("TableT", bound=Table)
LabelsT = TypeVar("LabelsT", bound=Table)
CollectionT = TypeVar("CollectionT", bound=Collection)
CollectionLabelsT = TypeVar("CollectionLabelsT", bound=Collection)

Array: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Names: TypeAlias = NDArray[np.object_]

# Parameters.
Int: TypeAlias = int | np.integer[Any]
Seed: TypeAlias = Int | np.random.RandomState | None
Neighbors: TypeAlias = Int | NeighborsObject
Missing: TypeAlias = Literal["error", "partial"]
ValueRule: TypeAlias = (
    str | tuple[float | None, float | None] | list[Any] | range | AbstractSet[Any] | HasShape
)
Values: TypeAlias = Mapping[Any, ValueRule] | Literal["infer"] | None
Kind: TypeAlias = Literal["borderline-1", "borderline-2"]
KindSel: TypeAlias = Literal["all", "mode"]
Columns: TypeAlias = Sequence[str]

# A dict of any values: dict[int, int] is not a dict[Any, Int] to a type checker.
_Callable: TypeAlias = Callable[[Any], Mapping[Any, Any]]
_Targets: TypeAlias = dict[Any, Any] | _Callable
OverSamplingStrategy: TypeAlias = (
    float | Literal["auto", "all", "minority", "not minority", "not majority"] | _Targets
)
UnderSamplingStrategy: TypeAlias = (
    float | Literal["auto", "all", "majority", "not minority", "not majority"] | _Targets
)
CleaningStrategy: TypeAlias = (
    Literal["auto", "all", "majority", "not minority", "not majority"] | list[Any] | _Callable
)

# Cross-validation: a number of folds, a splitter, or the folds.
Splits: TypeAlias = Int | Splitter | Iterable[tuple[Any, Any]]

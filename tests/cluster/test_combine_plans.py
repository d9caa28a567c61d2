"""Plans of SMOTEENN and SMOTETomek against the samplers in memory."""

import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pandas as pd
import pytest
from helpers.plans import (
    DTYPES,
    PARTS,
    assert_rows_of_memory,
    bounds_of,
    in_memory,
    make_partitioned,
    run_plan,
)
from helpers.tables import tied_table

from fastsmote import over_sampling, under_sampling
from fastsmote._cluster.cleaning import EditedNearestNeighbours
from fastsmote._cluster.combine import SMOTEENN, SMOTETomek
from fastsmote._cluster.over_sampling import SMOTE
from fastsmote._cluster.under_sampling import TomekLinks

BOTH = [SMOTEENN, SMOTETomek]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_parts", PARTS)
@pytest.mark.parametrize("class_", BOTH)
def test_rows_are_those_in_memory(class_, n_parts, n_classes, dtype):
    X, y = make_partitioned(n_classes, dtype)
    assert_rows_of_memory(class_(random_state=0), X, y, bounds_of(len(X), n_parts))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("class_", BOTH)
def test_ties_and_copies_are_decided_by_row_numbers(class_, n_classes, seed):
    X, y = tied_table(seed, 120, 4, n_classes)
    smote = over_sampling.SMOTE(k_neighbors=2, random_state=seed)
    assert_rows_of_memory(class_(smote=smote), X, y, bounds_of(120, 11), seed=seed)


@pytest.mark.parametrize("class_", BOTH)
def test_a_class_may_be_in_one_partition_only(class_):
    X, y = make_partitioned(3)
    order = np.argsort(y, kind="stable")
    labels = np.array(["zebra", "ant", "mouse"], object)[y[order]]
    assert_rows_of_memory(class_(random_state=1), X[order], labels, bounds_of(len(X), 11))


@pytest.mark.parametrize("class_", BOTH)
def test_new_values_of_integer_columns_are_truncated_after_the_search(class_):
    X, y = make_partitioned()
    frame = pd.DataFrame(X, columns=list("abcd")).astype({"d": np.int32, "a": np.float32})
    assert_rows_of_memory(class_(random_state=0), frame, y, bounds_of(len(X), 3))


@pytest.mark.parametrize("class_", BOTH)
def test_values_obey_rules(class_):
    X, y = make_partitioned()
    for values in ("infer", {0: (-1, 1), 3: "integer"}):
        assert_rows_of_memory(class_(random_state=0, values=values), X, y, bounds_of(len(X), 3))


@pytest.mark.parametrize("smote", [over_sampling.SMOTE, imblearn.over_sampling.SMOTE])
@pytest.mark.parametrize(
    ("class_", "name", "cleaner"),
    [
        (
            SMOTEENN,
            "enn",
            under_sampling.EditedNearestNeighbours(kind_sel="mode", sampling_strategy=[1]),
        ),
        (SMOTEENN, "enn", imblearn.under_sampling.EditedNearestNeighbours(n_neighbors=5)),
        (SMOTETomek, "tomek", under_sampling.TomekLinks(sampling_strategy="majority")),
        (SMOTETomek, "tomek", imblearn.under_sampling.TomekLinks()),
    ],
)
def test_steps_have_their_own_parameters(class_, name, cleaner, smote):
    X, y = make_partitioned(3)
    smote = smote(k_neighbors=3, random_state=5, sampling_strategy={1: 150, 2: 120})
    sampler = class_(smote=smote, **{name: cleaner})
    assert_rows_of_memory(sampler, X, y, bounds_of(len(X), 11))


@pytest.mark.parametrize("class_", BOTH)
def test_there_may_be_no_new_row(class_):
    X, y = make_partitioned()
    sampler = class_(sampling_strategy={1: int(np.sum(y))}, random_state=0)
    assert_rows_of_memory(sampler, X, y, bounds_of(len(X), 3))


@pytest.mark.parametrize("class_", BOTH)
@pytest.mark.parametrize("is_given", [False, True])
def test_an_instance_advances_as_in_memory(is_given, class_):
    X, y = make_partitioned()
    ours, theirs = np.random.RandomState(3), np.random.RandomState(3)
    for _ in range(2):
        found = []
        for random_state in (ours, theirs):
            given = {"random_state": random_state}
            if is_given:  # the step is cloned, and its copy of the instance advances
                given = {"smote": over_sampling.SMOTE(random_state=random_state)}
            found.append(class_(**given))
        got = run_plan(found[0], X, y, bounds_of(len(X), 3))[0]
        np.testing.assert_array_equal(got, in_memory(found[1]).fit_resample(X, y)[0])


@pytest.mark.parametrize(
    ("class_", "cleaner"),
    [
        (SMOTEENN, {"enn": EditedNearestNeighbours(n_neighbors=5)}),
        (SMOTETomek, {"tomek": TomekLinks(sampling_strategy="majority")}),
    ],
)
def test_steps_may_be_of_the_classes_of_partitions(class_, cleaner):
    X, y = make_partitioned()
    got = run_plan(class_(smote=SMOTE(random_state=2), **cleaner), X, y, bounds_of(len(X), 3))[0]
    steps = {"smote": SMOTE(random_state=2), **cleaner}
    sampler = in_memory(class_(**{name: in_memory(step) for name, step in steps.items()}))
    np.testing.assert_array_equal(got, sampler.fit_resample(X, y)[0])


# The check of scikit-learn adds up the values first.
@pytest.mark.filterwarnings("ignore:(invalid value|overflow) encountered in reduce:RuntimeWarning")
@pytest.mark.parametrize("class_", BOTH)
def test_new_rows_that_are_not_finite_are_refused(class_):
    X, y = make_partitioned()
    y[np.flatnonzero(y)[6:]] = 0
    X[y == 1, 0] = [1.7e308, -1.7e308] * 3  # so that every row has neighbors far away
    with pytest.raises(ValueError, match="infinity"):
        in_memory(class_(random_state=0)).fit_resample(X, y)
    with pytest.raises(ValueError, match=r"new row .* has an infinite value"):
        run_plan(class_(random_state=0), X, y, bounds_of(len(X), 3))


class Subclass(over_sampling.SMOTE):
    """Another class."""


@pytest.mark.parametrize("class_", BOTH)
def test_parameters_that_are_refused(class_):
    X, y = make_partitioned()

    def assert_refused(match, **given):
        with pytest.raises(ValueError, match=match):
            run_plan(class_(**given), X, y, [0, len(X)])

    name = class_._cleaner_name
    assert_refused(r"smote is Subclass\(\); it must be None or of class", smote=Subclass())
    assert_refused(f"The '{name}' parameter", **{name: over_sampling.SMOTE()})
    assert_refused("missing is 'partial'", missing="partial")
    assert_refused("values is 'infer', but smote", smote=over_sampling.SMOTE(), values="infer")
    smote = over_sampling.SMOTE(sampling_strategy=lambda y: {1: 100})
    assert_refused("sampling_strategy is <function", smote=smote)

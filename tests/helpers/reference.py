"""Slow, obvious NumPy versions of what fastsmote computes; imports nothing from it.

Everywhere the same rule: the distance is the plain sum, in feature order and in float64,
of squared differences; the nearer row comes first, of equally near ones the lower number.
"""

import numpy as np


def sq_distances(columns, point):
    """The squared distance of a point from each row, whose features are the columns."""
    total = np.zeros(columns.shape[1])
    with np.errstate(over="ignore"):  # an infinite distance is one
        for column, value in zip(columns, point, strict=True):
            difference = column - value
            total += difference * difference
    return total


def partial_sq_distances(columns, point, n_categories=0, weight=0.0):
    """The squared distance by the features that both rows have, as of nan_euclidean_distances.

    Parameters
    ----------
    columns : array of shape (n_features, n_rows)
        NaN where a value is missing.
    point : array of shape (n_features,)
    n_categories : int
        The number of last columns that hold codes of categories, none of them missing.
    weight : float
        The square of it is added twice for each category that differs.
    """
    total, n_common = np.zeros(columns.shape[1]), np.zeros(columns.shape[1])
    n_features = len(columns)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for j in range(n_features):
            difference = columns[j] - point[j]
            if j >= n_features - n_categories:
                penalty = np.where(difference != 0, np.float64(weight) ** 2, 0.0)
                total = total + penalty + penalty
                n_common += 1
            else:
                is_common = ~np.isnan(difference)
                total = np.where(is_common, total + difference * difference, total)
                n_common += is_common
        scaled = total * (n_features / n_common)
    return np.where(n_common == 0, np.inf, np.where(n_common == n_features, total, scaled))


def k_nearest(X, queries, k, exclude_self=False, measure=sq_distances):
    """The k nearest rows of X to each query.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    queries : array of int, (n_queries,) rows of X; or (n_queries, n_features) points
    k : int >= 1
    exclude_self : bool
        Leave the query row itself out, by its number. For rows of X only.
    measure : callable
        As `sq_distances`.

    Returns
    -------
    sq_distances : ndarray of shape (n_queries, k), float64
    rows : ndarray of shape (n_queries, k), int64
    """
    columns = np.asarray(X, dtype=np.float64).T.copy()
    queries = np.asarray(queries)
    is_rows = queries.ndim == 1
    points = columns.T[queries] if is_rows else np.asarray(queries, dtype=np.float64)
    found = np.empty((len(points), k))
    rows = np.empty((len(points), k), dtype=np.int64)
    for i, point in enumerate(points):
        total = measure(columns, point)
        others = np.arange(len(total))
        if exclude_self:
            assert is_rows, "a point that is not a row has no number to exclude"
            others = np.delete(others, queries[i])
        within = others[total[others] <= np.partition(total[others], k - 1)[k - 1]]
        rows[i] = within[np.argsort(total[within], kind="stable")][:k]
        found[i] = total[rows[i]]
    return found, rows


def all_sq_distances(X, queries):
    """The squared distance of each query from each row of X, of shape (n_queries, n_rows)."""
    total = np.zeros((len(queries), len(X)))
    with np.errstate(over="ignore"):  # an infinite distance is one
        for column, values in zip(np.asarray(X).T, np.asarray(queries).T, strict=True):
            differences = np.subtract.outer(values.astype(np.float64), column.astype(np.float64))
            total += differences * differences
    return total


def tomek_links(X, y, measure=sq_distances):
    """Pairs (lower row, higher row) of different class, each the other's nearest row."""
    nearest = k_nearest(X, np.arange(len(X)), 1, exclude_self=True, measure=measure)[1][:, 0]
    links = [(i, j) for i, j in enumerate(nearest) if i < j and nearest[j] == i and y[i] != y[j]]
    return np.array(links, dtype=np.int64).reshape(-1, 2)


def in_danger(X, y, label, m, measure=sq_distances):
    """Rows of the class whose m neighbors are at least half, but not all, of other classes."""
    rows = np.flatnonzero(y == label)
    neighbors = k_nearest(X, rows, m, exclude_self=True, measure=measure)[1]
    n_others = (y[neighbors] != label).sum(axis=1)
    return rows[(n_others >= m / 2) & (n_others < m)]


def neighborhoods(X, y, k):
    """Napierala and Stefanowski (2016), for every row and any k; Tomek links; copies.

    Returns
    -------
    types : ndarray of shape (n_rows,), int64
        0 safe, 1 borderline, 2 rare, 3 outlier.
    is_link_end : ndarray of shape (n_rows,), bool
    is_contradicted : ndarray of shape (n_rows,), bool
    """
    rows = np.arange(len(X))
    neighbors = k_nearest(X, rows, k, exclude_self=True)[1]
    shares = (y[neighbors] == y[:, None]).mean(axis=1)
    types = np.select([shares > 0.7, shares > 0.3, shares > 0.1], [0, 1, 2], 3)
    nearest = neighbors[:, 0]
    is_link_end = (nearest[nearest] == rows) & (y[nearest] != y)
    labels_of = {}
    for features, label in zip(X.tolist(), y.tolist(), strict=True):
        labels_of.setdefault(tuple(features), set()).add(label)
    is_contradicted = np.array([len(labels_of[tuple(features)]) > 1 for features in X.tolist()])
    return types, is_link_end, is_contradicted


def smote_rows(X, base_rows, neighbor_rows, gaps):
    """Chawla et al. (2002): base + gap * (neighbor - base), rounded as imbalanced-learn does.

    The difference is rounded to X's dtype, the product and the sum to float64, the result
    to X's dtype.
    """
    differences = X[neighbor_rows] - X[base_rows]
    assert differences.dtype == X.dtype
    steps = np.asarray(gaps, dtype=np.float64)[:, np.newaxis] * differences
    return (X[base_rows] + steps).astype(X.dtype)


def values_between(X, base_rows, neighbor_rows, gaps, shrinks=1.0):
    """The float64 values of new rows; between a number and NaN, that number.

    The differences are rounded to X's dtype.
    """
    differences = np.reshape(shrinks, (-1, 1)) * (X[neighbor_rows] - X[base_rows])
    steps = np.asarray(gaps)[:, np.newaxis] * differences
    base, neighbor = X[base_rows].astype(np.float64), X[neighbor_rows].astype(np.float64)
    return np.where(np.isnan(base), neighbor, np.where(np.isnan(neighbor), base, base + steps))


def neighbors_in_class(X, y, label, k, measure=sq_distances):
    """The rows of a class, and the k nearest rows of the class to each."""
    rows = np.flatnonzero(y == label)
    places = k_nearest(X[rows], np.arange(len(rows)), k, exclude_self=True, measure=measure)[1]
    return rows, rows[places]


def smote_pairs(bases, neighbors, n_new, seed):
    """Base rows, neighbor rows and gaps, as imbalanced-learn's SMOTE draws them."""
    stream, k = np.random.RandomState(seed), neighbors.shape[1]
    places = stream.randint(0, len(bases) * k, size=n_new)
    return bases[places // k], neighbors[places // k, places % k], stream.uniform(size=n_new)


def adasyn_pairs(X, y, label, n_new, k, seed, measure=sq_distances):
    """Base rows, neighbor rows and gaps, as imbalanced-learn's ADASYN draws them for one class."""
    rows, own = neighbors_in_class(X, y, label, k, measure)
    neighbors = k_nearest(X, rows, k, exclude_self=True, measure=measure)[1]
    shares = (y[neighbors] != label).sum(axis=1) / k
    counts = np.rint(shares / shares.sum() * n_new).astype(int)
    places = np.repeat(np.arange(len(rows)), counts)
    stream = np.random.RandomState(seed)
    columns = stream.choice(k, size=len(places))
    return rows[places], own[places, columns], stream.uniform(size=len(places))


def obeying(value, rule):
    """A value of a new row after a rule; NaN stays NaN.

    Parameters
    ----------
    value : float
    rule : "integer", "nonnegative", a tuple (low, high), or a list of allowed numbers
    """
    if np.isnan(value):
        return value
    if rule == "integer":
        return float(round(value))  # half to even
    if rule == "nonnegative":
        return max(value, 0.0)
    if isinstance(rule, tuple):
        low, high = rule
        value = value if low is None else max(value, low)
        return value if high is None else min(value, high)
    return min(sorted(rule), key=lambda allowed: abs(allowed - value))  # the first of equals


def edited(X, y, label, k, kind, alive=None, measure=sq_distances):
    """Wilson (1972): rows of the class whose k neighbors, among the rows alive, agree with it."""
    alive = np.arange(len(X)) if alive is None else np.asarray(alive)
    kept = []
    for place, row in enumerate(alive):
        if y[row] != label:
            continue
        nearest = k_nearest(X[alive], np.array([place]), k, exclude_self=True, measure=measure)
        neighbors = alive[nearest[1][0]]
        labels, counts = np.unique(y[neighbors], return_counts=True)
        agrees = (
            (y[neighbors] == label).all() if kind == "all" else labels[counts.argmax()] == label
        )
        if agrees:
            kept.append(row)
    return np.array(kept, dtype=np.int64)


def neighborhood_cleaned(X, y, k, targeted, threshold):
    """Laurikkala (2001), steps as imbalanced-learn takes them; the rows that stay."""
    labels, counts = np.unique(y, return_counts=True)
    minority = next(label for label in y if counts[labels == label] == counts.min())
    kept = set(range(len(X)))
    for label in targeted:
        kept -= set(np.flatnonzero(y == label)) - set(edited(X, y, label, k, "mode"))
    to_clean = [
        label
        for label, count in zip(labels, counts, strict=True)
        if label in targeted and count > threshold * counts.min()
    ]
    for row in np.flatnonzero(y == minority):
        neighbors = k_nearest(X, np.array([row]), k, exclude_self=True)[1][0]
        voters, votes = np.unique(y[[row, *neighbors[: k - 1]]], return_counts=True)
        if voters[votes.argmax()] != minority:
            kept -= {neighbor for neighbor in neighbors if y[neighbor] in to_clean}
    return np.array(sorted(kept))


def condensed(X, y, label, minority, seeds, k):
    """Hart (1968): refit on the kept rows for each row of the class, in order."""
    rows, others, kept = np.flatnonzero(y == label), np.flatnonzero(y == minority), list(seeds)
    for place, row in enumerate(rows):
        if place in kept:  # imbalanced-learn compares a place in the class with row numbers
            continue
        among = np.concatenate([others, kept])
        sq_distances = ((X[among].astype(np.float64) - X[row]) ** 2).sum(axis=1)
        nearest = among[np.lexsort((among, sq_distances))[:k]]
        labels, votes = np.unique(y[nearest], return_counts=True)
        if labels[votes.argmax()] != label:
            kept.append(row)
    return np.array(kept)


def near_miss_sums(X, rows, minority_rows, k, is_farthest):
    """Sums of distances to the k nearest, or farthest, minority rows."""
    sums = []
    for row in rows:
        sq_distances = np.zeros(len(minority_rows))
        for f in range(X.shape[1]):
            sq_distances += (X[minority_rows, f].astype(np.float64) - X[row, f]) ** 2
        distances = np.sqrt(np.sort(sq_distances))
        sums.append(distances[-k:].sum() if is_farthest else distances[:k].sum())
    return np.array(sums)


def first_voters(codes, lists, new_codes):
    """For each new row and column, the first row of its list that has the new category."""
    return np.array(
        [
            [next(row for row in rows if codes[row, j] == code) for j, code in enumerate(new)]
            for rows, new in zip(lists, new_codes, strict=True)
        ]
    )


def resampled_values(values, kept_rows, is_synthetic, provenance, how):
    """The value of each row of an output, row by row; None for a missing one."""
    kept, new, out = iter(kept_rows), iter(range(len(provenance.gaps))), []
    for is_new in is_synthetic:
        if not is_new:
            out.append(values[next(kept)])
            continue
        i = next(new)
        base, neighbor = values[provenance.base_rows[i]], values[provenance.neighbor_rows[i]]
        shrink = 1.0 if provenance.shrinks is None else provenance.shrinks[i]
        gap = provenance.gaps[i] * shrink
        if how == "base":
            out.append(base)
        elif how == "nearest":
            out.append(neighbor if abs(gap - 1) < abs(gap) else base)
        elif how == "missing":
            out.append(None)
        else:
            out.append(base + provenance.gaps[i] * (shrink * (neighbor - base)))
    return out

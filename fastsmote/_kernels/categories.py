"""Nearest rows under the value difference metric of categories, and who voted for a category."""

from fastsmote._kernels.jit import inlined, kernel


@inlined
def _class_difference(proba, a, b):
    """Sum over classes of |P(class | a) - P(class | b)|, in NumPy's order of summation."""
    n_classes, total = proba.shape[1], 0.0
    whole = n_classes - n_classes % 8
    if whole > 0:
        lanes = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for c in range(0, whole, 8):
            lanes = (
                lanes[0] + abs(proba[a, c] - proba[b, c]),
                lanes[1] + abs(proba[a, c + 1] - proba[b, c + 1]),
                lanes[2] + abs(proba[a, c + 2] - proba[b, c + 2]),
                lanes[3] + abs(proba[a, c + 3] - proba[b, c + 3]),
                lanes[4] + abs(proba[a, c + 4] - proba[b, c + 4]),
                lanes[5] + abs(proba[a, c + 5] - proba[b, c + 5]),
                lanes[6] + abs(proba[a, c + 6] - proba[b, c + 6]),
                lanes[7] + abs(proba[a, c + 7] - proba[b, c + 7]),
            )
        total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + (
            (lanes[4] + lanes[5]) + (lanes[6] + lanes[7])
        )
    for c in range(whole, n_classes):
        total += abs(proba[a, c] - proba[b, c])
    return total


@kernel
def nearest(
    categories,  # IN  (n, n_features) row numbers of proba
    proba,  # IN  (n_categories, n_classes) the categories of all features, in order
    bounds,  # IN  (n_features + 1,) start of each feature's categories in proba
    rows,  # IN  (n,) row numbers, ascending
    queries,  # IN  (n_queries,) positions, in [0, n), of the queries
    start, stop,  # IN  range of queries
    differences,  # scratch (n_categories,)
    distances,  # IN/OUT (n_queries, k) inf, then ascending
    neighbors,  # OUT (n_queries, k) by (distance, row number)
):  # fmt: skip
    """Fill the neighbor lists of some queries. A query is its own neighbor."""
    n_features, k = categories.shape[1], distances.shape[1]
    for i in range(start, stop):
        query = queries[i]
        for f in range(n_features):
            for category in range(bounds[f], bounds[f + 1]):
                t = _class_difference(proba, categories[query, f], category)
                differences[category] = t * t
        for j in range(len(rows)):
            total, limit = 0.0, distances[i, k - 1]
            for f in range(n_features):
                total += differences[categories[j, f]]
                if total >= limit:
                    break
            if total >= limit:  # in a tie, earlier rows are nearer
                continue
            place = k - 1
            while place > 0 and distances[i, place - 1] > total:
                distances[i, place] = distances[i, place - 1]
                neighbors[i, place] = neighbors[i, place - 1]
                place -= 1
            distances[i, place], neighbors[i, place] = total, rows[j]


@kernel
def find_voters(
    codes,  # IN  (n_rows, n_columns) categories of the rows of a class
    neighbors,  # IN  (n_lists, k) places in the class
    places,  # IN  (n_new,) the list whose rows voted on each new row
    new_codes,  # IN  (n_new, n_columns) categories that won; each has a vote of its list
    rows,  # IN  (n_rows,) row numbers
    start, stop,  # IN  range of new rows
    voters,  # OUT (n_new, n_columns) row numbers
):  # fmt: skip
    """Find the first row of a list that voted for the category that won."""
    for i in range(start, stop):
        voting = neighbors[places[i]]
        for j in range(new_codes.shape[1]):
            rank = 0
            while codes[voting[rank], j] != new_codes[i, j]:
                rank += 1
            voters[i, j] = rows[voting[rank]]

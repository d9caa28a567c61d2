"""Search for and count neighbors among sparse rows.

The exact squared distance of two rows is the float64 sum, in feature order, of squared
differences over the features that either row has. It equals the sum over dense rows, because
zeros add nothing.

The screening computes |x|^2 + |y|^2 - 2 x.y from the products of an inverted index. Its error
bound: let u = 2^-53, L the largest number of values in a row, and S = |x|^2 + |y|^2. A float64
sum of products has an error of at most L u times the sum of their absolute values. So the
computed value exceeds the true squared distance by at most (2 L + 16) u S, and the exact sum
above is less than the true value by at most (2 L + 3) u 2 S. The squared lengths are therefore
reduced by the relative amount (8 L + 64) u, and by more than the error from denormals. Then
the computed value is a lower bound of the exact sum. If this bound is above the last distance
in a list, the row is skipped.

The bound is below the exact sum by at most slightly more than twice the reduction. So the k-th
lowest bound, increased by this amount, is an upper bound of the k-th distance before any exact
sum is computed. This reduces about k ln(n / k) exact sums to k, which saves a quarter of the
time for 1,000 rows x 20,000 features with 30 values per row. If a squared length overflows, it
counts as minus infinity. If a bound is NaN, its row is not skipped, and gives no upper bound.
"""

from fastsmote._kernels.heap import sift_down
from fastsmote._kernels.jit import inlined, kernel, outlined
from fastsmote._kernels.layout import TINY64

PRODUCT_ROWS = 64  # rows screened together, without a branch


@inlined
def _sq_distance(values, features, a, a_stop, b, b_stop):
    """Return the squared distance of the rows with values at a to a_stop and b to b_stop."""
    total = 0.0
    while a < a_stop and b < b_stop:
        if features[a] == features[b]:
            t = values[a] - values[b]
            a += 1
            b += 1
        elif features[a] < features[b]:
            t = values[a]
            a += 1
        else:
            t = values[b]
            b += 1
        total += t * t
    for i in range(a, a_stop):
        total += values[i] * values[i]
    for i in range(b, b_stop):
        total += values[i] * values[i]
    return total


@kernel
def sq_distances(
    table,  # IN  SparseRows, float64
    rows,  # IN  (n,)
    others,  # IN  (n,)
    start, stop,  # IN  which pairs
    out,  # OUT (n, 1)
):  # fmt: skip
    """Compute the squared distance of each pair rows[i], others[i]."""
    values, features, starts = table.values, table.features, table.starts
    for i in range(start, stop):
        a, b = rows[i], others[i]
        out[i, 0] = _sq_distance(
            values, features, starts[a], starts[a + 1], starts[b], starts[b + 1]
        )


@outlined
def _bound(
    postings,  # IN
    own,  # IN  low squared length of the query
    query,  # IN
    dots,  # IN  (n,) products of the query with the rows
    bounds, bound_rows,  # scratch (k,)
    limit,  # IN  a known upper bound
):  # fmt: skip
    """Return an upper bound of the k-th smallest squared distance, at most ``limit``."""
    rows, norms = postings.rows, postings.low_norms
    error = 4.0 * postings.share * (abs(own) + postings.largest) + 8.0 * TINY64
    for place in range(len(bounds)):
        bounds[place], bound_rows[place] = limit, -1
    for chunk in range(0, len(rows), PRODUCT_ROWS):
        end = min(len(rows), chunk + PRODUCT_ROWS)
        n_less, root = 0, bounds[0]
        for j in range(chunk, end):
            n_less += own + norms[j] - 2.0 * dots[j] + error < root
        if n_less > 0:
            for j in range(chunk, end):
                value = own + norms[j] - 2.0 * dots[j] + error
                if value < bounds[0] and rows[j] != query:
                    sift_down(bounds, bound_rows, len(bounds), 0, value, rows[j])
    return bounds[0]


@outlined
def _add_products(values, features, first, last, post_values, places, post_starts, dots):
    """Add the products of one query with every row of the postings."""
    for p in range(first, last):
        value, feature = values[p], features[p]
        for t in range(post_starts[feature], post_starts[feature + 1]):
            dots[places[t]] += value * post_values[t]


@kernel
def nearest(
    table,  # IN  SparseRows, float64
    low_norms,  # IN  (n_rows,) reduced squared lengths of its rows
    postings,  # IN  Postings of the rows to search
    queries,  # IN  (n_queries,) rows of the table; a row is not its own neighbor
    start, stop,  # IN  which queries
    dots,  # scratch (len(postings.rows),) zeros before and after
    bounds, bound_rows,  # scratch (k,)
    sq_distances, neighbors,  # IN/OUT (n_queries, k) max-heaps by (distance, row number)
):  # fmt: skip
    """Improve the lists of some queries by the rows of one class."""
    values, features, starts = table.values, table.features, table.starts
    post_values, places, post_starts = postings.values, postings.places, postings.starts
    rows, post_norms = postings.rows, postings.low_norms
    n_rows, n_places = len(rows), neighbors.shape[1]
    for i in range(start, stop):
        query = queries[i]
        first, last, own = starts[query], starts[query + 1], low_norms[query]
        _add_products(values, features, first, last, post_values, places, post_starts, dots)
        limit = sq_distances[i, 0]
        bound = _bound(postings, own, query, dots, bounds, bound_rows, limit)
        for chunk in range(0, n_rows, PRODUCT_ROWS):
            end = min(n_rows, chunk + PRODUCT_ROWS)
            n_passed, reach = 0, min(bound, limit)
            for j in range(chunk, end):
                n_passed += not (own + post_norms[j] - 2.0 * dots[j] > reach)
            if n_passed > 0:
                for j in range(chunk, end):
                    row = rows[j]
                    low = own + post_norms[j] - 2.0 * dots[j]
                    if low > bound or low > limit or row == query:
                        continue
                    if limit == 0.0 and row > neighbors[i, 0]:
                        continue
                    distance = _sq_distance(
                        values, features, first, last, starts[row], starts[row + 1]
                    )
                    if distance < limit or (distance == limit and row < neighbors[i, 0]):
                        sift_down(sq_distances[i], neighbors[i], n_places, 0, distance, row)
                        limit = sq_distances[i, 0]
            for j in range(chunk, end):
                dots[j] = 0.0


@kernel
def count_before(
    table,  # IN  SparseRows, float64
    low_norms,  # IN  (n_rows,) reduced squared lengths of its rows
    postings,  # IN  Postings of the rows to count
    queries,  # IN  (n_queries,) rows of the table; a row does not count itself
    start, stop,  # IN  which queries
    limits, limit_rows,  # IN  (n_queries,) the neighbor before which rows are counted
    dots,  # scratch (len(postings.rows),) zeros before and after
    n_counted,  # OUT (n_queries,) rows that come before the neighbor, up to n_wanted
    witnesses,  # OUT (n_queries, n_wanted) the rows that were counted
):  # fmt: skip
    """Count the rows of one class that come before each query's limit."""
    values, features, starts = table.values, table.features, table.starts
    post_values, places, post_starts = postings.values, postings.places, postings.starts
    rows, post_norms, n_wanted = postings.rows, postings.low_norms, witnesses.shape[1]
    for i in range(start, stop):
        query, limit, n = queries[i], limits[i], 0
        first, last, own = starts[query], starts[query + 1], low_norms[query]
        _add_products(values, features, first, last, post_values, places, post_starts, dots)
        for chunk in range(0, len(rows), PRODUCT_ROWS):
            end, n_passed = min(len(rows), chunk + PRODUCT_ROWS), 0
            for j in range(chunk, end):
                n_passed += not (own + post_norms[j] - 2.0 * dots[j] > limit)
            if n_passed > 0 and n < n_wanted:
                for j in range(chunk, end):
                    row, low = rows[j], own + post_norms[j] - 2.0 * dots[j]
                    if n == n_wanted or low > limit or row == query:
                        continue
                    if limit == 0.0 and row > limit_rows[i]:
                        continue
                    distance = _sq_distance(
                        values, features, first, last, starts[row], starts[row + 1]
                    )
                    if distance < limit or (distance == limit and row < limit_rows[i]):
                        witnesses[i, n] = row
                        n += 1
            for j in range(chunk, end):
                dots[j] = 0.0
        n_counted[i] = n

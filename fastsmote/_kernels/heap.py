"""Max-heaps of neighbors: lists of the nearest rows found so far.

A list holds pairs (squared distance, row number). The tie rule orders them: the smaller distance
comes first, and of equal distances the lower row number. The root, at place 0, is the last pair
in that order. An empty place holds (inf, NO_ROW). So a list of length k keeps the k nearest of
all rows that are offered to it, in any order.
"""

from fastsmote._kernels.jit import inlined, kernel


@inlined
def sift_down(sq_distances, rows, n, place, sq_distance, row):
    """Put (sq_distance, row) in a place of a heap, and move it down until the order holds."""
    while True:
        child = 2 * place + 1
        if child >= n:
            break
        if child + 1 < n and (
            sq_distances[child + 1] > sq_distances[child]
            or (sq_distances[child + 1] == sq_distances[child] and rows[child + 1] > rows[child])
        ):
            child += 1
        if sq_distances[child] < sq_distance or (
            sq_distances[child] == sq_distance and rows[child] < row
        ):
            break
        sq_distances[place], rows[place] = sq_distances[child], rows[child]
        place = child
    sq_distances[place], rows[place] = sq_distance, row


@kernel
def sort_lists(
    sq_distances, neighbors,  # IN/OUT (n, k), in any order
    start, stop,  # IN  which lists
):  # fmt: skip
    """Sort each list by (squared distance, row number) with heapsort."""
    k = neighbors.shape[1]
    for i in range(start, stop):
        distances, rows = sq_distances[i], neighbors[i]
        for place in range(k // 2 - 1, -1, -1):
            sift_down(distances, rows, k, place, distances[place], rows[place])
        for last in range(k - 1, 0, -1):
            distance, row = distances[last], rows[last]
            distances[last], rows[last] = distances[0], rows[0]
            sift_down(distances, rows, last, 0, distance, row)

"""New rows: what is drawn, which rows they stand between, and how they are written.

Draws in imbalanced-learn's order (`draws`), the parents of each new row (`provenance`),
dense output (`output`) and sparse output (`sparse`). Not here: the search for the parents.
"""

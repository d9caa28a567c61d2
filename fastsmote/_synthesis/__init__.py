"""Draw new rows and write them.

This package holds the random draws in imbalanced-learn's order (`draws`, `noise`), the parents
of each new row (`provenance`), dense output (`output`) and sparse output (`sparse`), the rows of
an earlier call (`regeneration`) and values between those of parents in any array
(`interpolated`). The search for the parents is in `fastsmote._search`.
"""

"""Questions to the cells of a race's JSON, for figures and tables."""

from collections import defaultdict

from benchmarks.catalog import INTELEX, OURS, STOCK
from benchmarks.cells import OK, OVER

PEERS = (STOCK, INTELEX)


def by_contest(document, group):
    """{(sampler, table, threads): {library: record}} of one group, in the order measured."""
    contests = defaultdict(dict)
    for record in document["cells"]:
        if record["group"] == group:
            key = record["sampler"], record["table"], record["threads"]
            contests[key][record["library"]] = record
    return dict(contests)


def is_compared(record):
    """Whether a time counts: the output has been compared with imbalanced-learn's."""
    return record is not None and record["is_identical"] is not None


def ratio_to(contest, peer=STOCK):
    """A peer's time over fastsmote's; None if a time does not count, or there is none.

    A peer's output need not be identical, as its ties may fall otherwise, but fastsmote's
    has to have been compared.
    """
    ours, theirs = contest.get(OURS), contest.get(peer)
    if not is_compared(ours) or theirs is None or theirs["outcome"] != OK:
        return None
    return theirs["median_s"] / ours["median_s"]


def least_ratio_to(contest, peer=STOCK):
    """What the ratio is at least where the peer was ended at the limit; None elsewhere."""
    ours, theirs = contest.get(OURS), contest.get(peer)
    if ours is None or theirs is None or ours["outcome"] != OK or theirs["outcome"] != OVER:
        return None
    return theirs["limit_s"] / ours["median_s"]


def time_text(record):
    """A record's time, or what happened instead."""
    if record is None:
        return "not run"
    if record["outcome"] == OK:
        return f"{record['median_s']:.3g} s"
    return f"over {record['limit_s']:g} s" if record["outcome"] == OVER else record["outcome"]


def ratio_text(ratio):
    """A ratio with as many digits as it deserves."""
    return "" if ratio is None else f"{ratio:.1f}x" if ratio < 10 else f"{ratio:.0f}x"

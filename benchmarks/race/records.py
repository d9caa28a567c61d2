"""Read the records in the JSON of a race, for figures and tables."""

from collections import defaultdict

from benchmarks.inputs.catalog import INTELEX, OURS, STOCK
from benchmarks.race.cells import OK, OVER

PEERS = (STOCK, INTELEX)


def by_contest(document, group):
    """{(sampler, table, threads): {library: record}} of a group, in the order of the JSON."""
    contests = defaultdict(dict)
    for record in document["cells"]:
        if record["group"] == group:
            key = record["sampler"], record["table"], record["threads"]
            contests[key][record["library"]] = record
    return dict(contests)


def is_compared(record):
    """Whether the output was compared with imbalanced-learn's. Only then the time counts."""
    return record is not None and record["is_identical"] is not None


def ratio_to(contest, peer=STOCK):
    """The ratio of a peer's time to fastsmote's, or None.

    The ratio is None if a time is missing or if fastsmote's output was not compared. The
    output of the peer may differ, because the peer may order equal distances differently.
    """
    ours, theirs = contest.get(OURS), contest.get(peer)
    if not is_compared(ours) or theirs is None or theirs["outcome"] != OK:
        return None
    return theirs["median_s"] / ours["median_s"]


def least_ratio_to(contest, peer=STOCK):
    """A lower bound of the ratio if the peer ran into the limit; None otherwise."""
    ours, theirs = contest.get(OURS), contest.get(peer)
    if ours is None or theirs is None or ours["outcome"] != OK or theirs["outcome"] != OVER:
        return None
    return theirs["limit_s"] / ours["median_s"]


def time_text(record):
    """The time of a record, or the outcome if there is no time."""
    if record is None:
        return "not run"
    if record["outcome"] == OK:
        return f"{record['median_s']:.3g} s"
    return f"over {record['limit_s']:g} s" if record["outcome"] == OVER else record["outcome"]


def ratio_text(ratio):
    """A ratio with one decimal below 10 and without decimals above; empty for None."""
    return "" if ratio is None else f"{ratio:.1f}x" if ratio < 10 else f"{ratio:.0f}x"

"""Count the passes of a run, for its progress report."""

from fastsmote.offline._survey import largest_class

# After the pass that reads the minority; None if their number depends on the memory.
MORE_PASSES = {
    "borderline-smote": 1,
    "borderline-2": 2,
    "adasyn": 1,
    "smotenc": 1,
    "tomek-links": None,
    "smote-tomek": None,
    "enn": 2,
    "smote-enn": 2,
    "ncr": 2,
    "nearmiss-1": 1,
}


def count_passes(options, destination, job=None):
    """Return the number of passes of a run, or a lower bound; None if not known yet.

    Parameters
    ----------
    job : Job, default=None
        Known once the target has been read.
    """
    n_passes = 1 + options.check + 1 + destination.is_file  # target, check, write, join
    n_passes -= str(destination) == "standard output"
    if options.sampler == "random-under":
        return n_passes
    n_passes += 1 + (options.scale == "standard")  # minority
    n_more = MORE_PASSES.get(options.sampler, 0)
    if n_more is not None:
        return n_passes + n_more
    if job is None:
        return None
    # One pass per block of queries, and at least one more to verify links.
    largest = largest_class(job.survey)
    n_queries = [int(n) for code, n in enumerate(job.survey.counts) if code != largest]
    if options.sampler == "smote-tomek":
        n_queries += [n_rows for _, n_rows in job.to_make]
    return n_passes + sum(-(-n // job.query_rows) for n in n_queries) + 1

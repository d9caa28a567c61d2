"""Count the passes of a run, for its progress report."""

from fastsmote.offline._survey import largest_class


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
    if options.sampler in ("borderline-smote", "adasyn", "smotenc"):
        return n_passes + 1
    if options.sampler not in ("tomek-links", "smote-tomek"):
        return n_passes
    if job is None:
        return None
    # One pass per block of queries, and at least one more to verify links.
    largest = largest_class(job.survey)
    n_queries = [int(n) for code, n in enumerate(job.survey.counts) if code != largest]
    if options.sampler == "smote-tomek":
        n_queries += [n_rows for _, n_rows in job.to_make]
    return n_passes + sum(-(-n // job.query_rows) for n in n_queries) + 1

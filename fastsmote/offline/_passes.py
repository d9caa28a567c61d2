"""How many passes a run makes, for who watches it."""

from fastsmote.offline._survey import largest_class


def count_passes(options, destination, job=None):
    """The passes of a run: exactly, or at least so many; None where that is not known yet.

    Parameters
    ----------
    job : Job, default=None
        What is known after the target was read.
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
    # Each part of the rows that ask is a pass, and one verifies at least.
    largest = largest_class(job.survey)
    asking = [int(n) for code, n in enumerate(job.survey.counts) if code != largest]
    if options.sampler == "smote-tomek":
        asking += [n_rows for _, n_rows in job.to_make]
    return n_passes + sum(-(-n // job.query_rows) for n in asking) + 1

"""What a run says while it works; by default nothing."""


class Progress:
    """Says nothing; the command's say something."""

    def plan(self, line):
        """Told what the run is about to do."""

    def start(self, task, total, number=None, n_passes=None):
        """Told that a pass over ``total`` rows begins; None where the number is not known.

        It is the ``number``-th of about ``n_passes``, as far as these are known.
        """

    def advance(self, n_rows):
        """Told that the pass has got so many rows farther."""

    def stop(self):
        """Told that the run has ended, well or not."""

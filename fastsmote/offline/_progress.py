"""Reports of a run while it works."""


class Progress:
    """Report nothing; subclasses show the progress of a run."""

    def announce(self, line: str) -> None:
        """Report what the run is about to do."""

    def start(
        self, task: str, total: int | None, number: int | None = None, n_passes: int | None = None
    ) -> None:
        """Report that a pass over ``total`` rows starts; None if the number is not known.

        It is pass ``number`` of about ``n_passes``; both are None if not known.
        """

    def advance(self, n_rows: int) -> None:
        """Report that the pass has processed ``n_rows`` more rows."""

    def stop(self) -> None:
        """Report that the run has ended, successfully or not."""

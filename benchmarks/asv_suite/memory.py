"""The peak memory of a process that resamples. Subtract that of the baseline."""

from .base import ROWS
from .samplers import Scaling


class SmoteMemory(Scaling):
    params = ROWS

    def setup_cache(self):
        self.make_tables()

    def peakmem_fit_resample(self, *parameters):
        return self.run()

    def peakmem_baseline(self, *parameters):
        """The same setup without the call."""


class EditedMemory(Scaling):
    sampler, searches_all = "ENN", True
    params = ROWS

    def setup_cache(self):
        self.make_tables()

    def peakmem_fit_resample(self, *parameters):
        return self.run()

    def peakmem_baseline(self, *parameters):
        """The same setup without the call."""

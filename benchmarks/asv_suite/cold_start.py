"""The start of a new process: the import, and the first call with and without a cache."""

import subprocess
import sys
import tempfile

from benchmarks.inputs.catalog import INTELEX, LIBRARIES, OURS, STOCK

IMPORTS = {
    STOCK: "import imblearn.over_sampling",
    INTELEX: "import sklearnex; sklearnex.patch_sklearn(verbose=False); "
    "import imblearn.over_sampling",
    OURS: "import fastsmote.over_sampling",
}
PREPARE = """
import os, sys
sys.path[:] = {path!r}
os.environ['NUMBA_CACHE_DIR'] = {cache!r}
import numpy as np
from fastsmote.over_sampling import SMOTE
rng = np.random.RandomState(0)
X, y = rng.randn(5000, 10), (np.arange(5000) < 500).astype(int)
"""
CALL = "SMOTE(random_state=0).fit_resample(X, y)"


class Import:
    """The seconds of the import of the over-samplers."""

    param_names = ["library"]
    params = [list(LIBRARIES)]
    number, repeat = 1, 5

    def timeraw_import(self, library):
        return IMPORTS[library], f"import sys; sys.path[:] = {sys.path!r}"


class FirstCall:
    """The first SMOTE on 5,000 x 10 after the import, which compiles or loads the kernels."""

    number, repeat, timeout = 1, 3, 300

    def setup(self):
        self.caches = []

    def teardown(self):
        for cache in self.caches:
            cache.cleanup()

    def _new_cache(self):
        self.caches.append(tempfile.TemporaryDirectory())
        return PREPARE.format(path=sys.path, cache=self.caches[-1].name)

    def timeraw_on_empty_cache(self):
        return CALL, self._new_cache()

    def timeraw_on_filled_cache(self):
        prepare = self._new_cache()
        subprocess.run([sys.executable, "-c", f"{prepare}\n{CALL}"], check=True)
        return CALL, prepare

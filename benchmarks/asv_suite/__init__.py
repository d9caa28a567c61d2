"""The asv suite: benchmarks that asv runs on each commit. Every file measures one subject.

``base`` contains what they share: the sizes, the tables and the rule for skipping a cell. The
suite contains no programs; run ``asv`` in the folder ``benchmarks``.

asv imports this folder as a top-level package. The suite needs the ``benchmarks`` package too,
so this module appends the root of the checkout to ``sys.path``. It appends it, so that the
installed fastsmote, which is the commit that asv measures, comes first.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

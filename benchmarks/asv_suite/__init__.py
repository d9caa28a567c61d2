"""The asv suite. Every file times one concern; base.py says what they have in common.

asv imports this folder as a package of its own, so the folder above, with the tables and
the processes, has to be found: last, that the fastsmote which is installed, the commit
that is measured, comes before the one beside it.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

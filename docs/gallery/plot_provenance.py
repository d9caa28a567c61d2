"""
Where does each new row come from?
==================================
"""

import matplotlib.pyplot as plt

plt.plot([1, 2])

"""
How long do millions of rows take?
==================================

SMOTE on tables of up to two million rows, 2 % of them in the minority. imbalanced-learn runs on the
same tables, as long as its calls are short enough for this page.
"""

from time import perf_counter

import imblearn.over_sampling
import matplotlib.pyplot as plt
import numpy as np

import fastsmote
import fastsmote.over_sampling

SIZES = (20_000, 100_000, 500_000, 2_000_000)
N_FEATURES = 10
MOST_SECONDS = 0.5  # of a call of imbalanced-learn, for it to run on the next table


def make_rows(n_rows):
    """A table of clusters, with 2 % of its rows in the minority."""
    rng = np.random.default_rng(0)
    y = (rng.random(n_rows) < 0.02).astype(int)
    centers = rng.normal(scale=3.0, size=(40, N_FEATURES))
    X = centers[rng.integers(0, 40, n_rows)] + rng.normal(size=(n_rows, N_FEATURES))
    return X, y


def seconds_of(module, X, y):
    """The seconds of the shorter one of two calls, and its result."""
    seconds = []
    for _ in range(2):
        start = perf_counter()
        resampled = module.SMOTE(random_state=0).fit_resample(X, y)
        seconds.append(perf_counter() - start)
    return min(seconds), resampled


# %%
# The first call compiles, or loads what an earlier program compiled. So each module is called once
# before the clock starts, and of two calls on a table the shorter one counts.

modules = {"fastsmote": fastsmote.over_sampling, "imbalanced-learn": imblearn.over_sampling}
small = make_rows(SIZES[0])
for module in modules.values():
    module.SMOTE(random_state=0).fit_resample(*small)

# %%
# Each table
# ----------
#
# Where both run, their rows are compared.

times = {name: {} for name in modules}
print(f"fastsmote on {fastsmote.get_n_threads()} threads, {N_FEATURES} features, float64\n")
print(f"{'rows':>10}{'rows after':>12}{'fastsmote':>11}{'imbalanced-learn':>18}{'same rows':>11}")
for n_rows in SIZES:
    X, y = make_rows(n_rows)
    times["fastsmote"][n_rows], ours = seconds_of(modules["fastsmote"], X, y)
    cells = f"{n_rows:10,}{len(ours[1]):12,}{times['fastsmote'][n_rows]:9.2f} s"
    if max(times["imbalanced-learn"].values(), default=0.0) > MOST_SECONDS:
        print(f"{cells}{'not run':>18}")
        continue
    times["imbalanced-learn"][n_rows], theirs = seconds_of(modules["imbalanced-learn"], X, y)
    is_same = all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    print(f"{cells}{times['imbalanced-learn'][n_rows]:16.2f} s{is_same!s:>11}")

# %%
# The picture
# -----------
#
# Each point was measured on the machine that built this page, which also ran other programs. Both
# axes are logarithmic. The page on benchmarks has measurements that were made on an idle machine.

looks = {"fastsmote": ("#0072b2", "o-"), "imbalanced-learn": ("#d55e00", "^--")}
figure, ax = plt.subplots(layout="constrained")
for name, of in times.items():
    color, line = looks[name]
    ax.plot(list(of), list(of.values()), line, color=color, label=f"{name}, SMOTE")
ax.set(xscale="log", yscale="log")
ax.set(
    xlabel=f"rows of X, {N_FEATURES} features, 2 % in the minority",
    ylabel="seconds, the shorter of two calls",
)
ax.grid(alpha=0.3)
ax.legend()
plt.show()

"""`Comparison`: the scores of strategies on folds, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from fastsmote._decision import pages
from fastsmote._decision.extras import import_extra
from fastsmote._decision.folds import with_inner_groups
from fastsmote._decision.inputs import note_on_copies
from fastsmote._decision.intervals import Interval
from fastsmote._decision.pictures import draw_comparison
from fastsmote._decision.scores import IS_HIGHER_BETTER
from fastsmote._decision.strategies import BASELINE
from fastsmote._decision.verdict import Results, best_of, summarize
from fastsmote._types import Floats, Rows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

STATISTICS = ("mean", "std", "difference", "low", "high")


class _FittedEstimators(Mapping):
    """Estimators by strategy, fitted on all rows when one is first used."""

    def __init__(self, strategies, X, y, groups):
        self._strategies, self._table, self._fitted = strategies, (X, y, groups), {}

    def __getitem__(self, name):
        if name not in self._fitted:
            X, y, groups = self._table
            self._fitted[name] = with_inner_groups(self._strategies[name], y, groups).fit(X, y)
        return self._fitted[name]

    def __iter__(self):
        return iter(self._strategies)

    def __len__(self):
        return len(self._strategies)

    def __repr__(self):
        return f"<estimators of {', '.join(self._strategies)}>"


class Comparison:
    """The scores of strategies on the folds of a table. `compare` makes it.

    Attributes
    ----------
    names_ : list of str
        The strategies that have run. The first is "none".
    metrics_ : list of str
        The names of the metrics. With two classes, the rarer class is the positive one; with
        more, the scores are macro averages, except for "brier", a sum over the classes, and the
        calibration, which is that of the rarest class.
    decisive_metric_ : {"expected_cost", "f_beta"}
        The metric that the best strategy is chosen by.
    skipped_ : dict of str to str
        The strategies that were left out, and why.
    notes_ : list of str
        Warnings, for example about copied rows or an interrupted run.
    best_name_ : str
        The strategy to use: the simplest one without resampling that no other strategy
        significantly beats. If each of them is beaten, the one with the best mean is the
        reference, and a strategy that resamples is chosen if it is significantly better.
    best_ : estimator
        ``estimators_[best_name_]``.
    estimators_ : mapping of str to estimator
        scikit-learn estimators by strategy, with their thresholds and calibrators. Each is
        fitted on all rows at the first access, and then kept.
    unfitted_ : dict of str to estimator
        Unfitted clones of the estimators of all strategies.
    folds_ : list of (ndarray, ndarray)
        The training rows and the test rows of each fold.
    fold_scores_ : dict of str to dict of str to ndarray of shape (n_folds,)
        The scores by strategy and metric.
    is_complete_ : bool
        False if Ctrl-C ended the call.
    random_state_ : int
        The seed, which repeats the comparison if it is passed as ``random_state``.
    table : DataFrame
        The means of all metrics, and the differences to "none" with their intervals.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> import fastsmote
    >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
    >>> found = fastsmote.compare(
    ...     LogisticRegression(), X, y, strategies=["SMOTE"], random_state=0
    ... )
    >>> found
    <Comparison of 2 strategies; best: none>
    >>> found.fold_scores_["SMOTE"]["recall"].round(2).tolist()
    [0.9, 0.91, 0.82, 1.0, 0.73]
    >>> found.best_
    LogisticRegression(random_state=0)
    """

    names_: list[str]
    metrics_: list[str]
    decisive_metric_: str
    skipped_: dict[str, str]
    notes_: list[str]
    best_name_: str
    estimators_: Mapping[str, Any]
    unfitted_: dict[str, Any]
    folds_: list[tuple[Rows, Rows]]
    fold_scores_: dict[str, dict[str, Floats]]
    is_complete_: bool
    random_state_: int

    def __init__(
        self,
        strategies: Mapping[str, Any],
        found: Mapping[str, Any],
        skipped: dict[str, str],
        table: tuple[Any, Any, Any],
        folds: list[tuple[Rows, Rows]],
        rules: Any,
        seed: int,
        is_complete: bool,
    ) -> None:
        X, y, groups = table
        self.skipped_, self.folds_, self.random_state_ = skipped, folds, seed
        self.is_complete_, self._rules = is_complete, rules
        self.names_ = list(strategies)
        self.fold_scores_ = {
            name: {metric: np.array([fold.values[metric] for fold in of_one])
                   for metric in of_one[0].values}
            for name, of_one in found.items()
        }  # fmt: skip
        self._curves = {name: [fold.curves for fold in of_one] for name, of_one in found.items()}
        resamples = {name: strategy.resamples for name, strategy in strategies.items()}
        shares = [len(test) / len(train) for train, test in folds]
        others = {name for name, strategy in strategies.items() if strategy.is_other_model}
        ranks = {name: strategy.rank for name, strategy in strategies.items()}
        share = float(np.mean(shares))
        self._results = Results(self.fold_scores_, resamples, others, ranks, share)
        self.metrics_ = self._results.metrics
        self.decisive_metric_ = self._results.decisive
        note = note_on_copies(X, y)
        self.notes_ = [] if note is None else [note]
        if not is_complete:
            self.notes_.append("The comparison was interrupted: some strategies have not run.")
        self.unfitted_ = {name: clone(one.estimator) for name, one in strategies.items()}
        self.estimators_ = _FittedEstimators(strategies, X, y, groups)
        self.best_name_ = best_of(self._results)

    @property
    def best_(self) -> Any:
        """The estimator of the best strategy, fitted on all rows."""
        return self.estimators_[self.best_name_]

    @property
    def table(self) -> pd.DataFrame:
        """The scores as a pandas DataFrame.

        Returns
        -------
        table : DataFrame of shape (n_strategies, 5 * n_metrics)
            The columns are pairs of a metric and a statistic over the folds: ``mean``; ``std``;
            ``difference``, the mean difference to "none"; ``low`` and ``high``, the corrected
            resampled t interval of the difference. With a probability of about 0.95,
            all intervals of a metric contain the true differences (Bonferroni's correction).

        Raises
        ------
        ImportError
            If pandas is not installed; names the extra of fastsmote that installs it.
        """
        pd = import_extra("pandas", "table")
        columns = pd.MultiIndex.from_product([self.metrics_, STATISTICS])
        rows = [
            [value for metric in self.metrics_ for value in self.statistics(name, metric).values()]
            for name in self.names_
        ]
        return pd.DataFrame(rows, index=pd.Index(self.names_, name="strategy"), columns=columns)

    def statistics(self, name: str, metric: str) -> dict[str, float]:
        """Return a cell of `table`.

        Parameters
        ----------
        name : str
            One of `names_`.
        metric : str
            One of `metrics_`.

        Returns
        -------
        statistics : dict of str to float
            ``mean``, ``std``, ``difference``, ``low`` and ``high``.

        Raises
        ------
        ValueError
            If the name or the metric is unknown.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.linear_model import LogisticRegression
        >>> import fastsmote
        >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
        >>> strategies = ["RandomUnderSampler", "SMOTE"]
        >>> found = fastsmote.compare(
        ...     LogisticRegression(), X, y, strategies=strategies, random_state=0
        ... )
        >>> {name: round(value, 3) for name, value in found.statistics("SMOTE", "recall").items()}
        {'mean': 0.871, 'std': 0.103, 'difference': 0.204, 'low': 0.111, 'high': 0.296}
        """
        difference = self.difference(name, metric)
        scores = self.fold_scores_[name][metric]
        std = float(np.std(scores, ddof=1)) if len(scores) > 1 else np.nan
        return dict(zip(STATISTICS, (float(np.mean(scores)), std, *difference), strict=True))

    def difference(self, name: str, metric: str, reference: str = BASELINE) -> Interval:
        """Return the mean difference between the scores of two strategies, with its interval.

        Parameters
        ----------
        name : str
            One of `names_`.
        metric : str
            One of `metrics_`.
        reference : str, default="none"
            The other strategy, one of `names_`.

        Returns
        -------
        interval : tuple of float
            ``mean``, ``low`` and ``high``.

        Raises
        ------
        ValueError
            If a name or the metric is unknown.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.linear_model import LogisticRegression
        >>> import fastsmote
        >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
        >>> strategies = ["RandomUnderSampler", "SMOTE"]
        >>> found = fastsmote.compare(
        ...     LogisticRegression(), X, y, strategies=strategies, random_state=0
        ... )
        >>> mean, low, high = found.difference("SMOTE", "recall", reference="RandomUnderSampler")
        >>> round(mean, 3), round(low, 3), round(high, 3)
        (-0.055, -0.187, 0.078)
        """
        for strategy in (name, reference):
            if strategy not in self.names_:
                raise ValueError(
                    f"the strategies are {', '.join(self.names_)}. Got {strategy!r} instead."
                )
        self._check_metric(metric)
        return self._results.difference(name, metric, reference)

    def _check_metric(self, metric):
        if metric not in self.metrics_:
            raise ValueError(
                f"metric must be one of {', '.join(self.metrics_)}. Got {metric!r} instead."
            )

    def better_than_none(self, metric: str = "average_precision") -> list[str]:
        """Return the strategies that are significantly better than "none".

        The interval of the difference, as in `table`, does not contain 0.

        Parameters
        ----------
        metric : str, default="average_precision"
            One of `metrics_`; not a calibration slope or intercept, of which neither a higher nor
            a lower value is better.

        Returns
        -------
        names : list of str
            In the order of `names_`.

        Raises
        ------
        ValueError
            For any other metric.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.linear_model import LogisticRegression
        >>> import fastsmote
        >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
        >>> strategies = ["RandomUnderSampler", "SMOTE"]
        >>> found = fastsmote.compare(
        ...     LogisticRegression(), X, y, strategies=strategies, random_state=0
        ... )
        >>> found.better_than_none("recall")
        ['RandomUnderSampler', 'SMOTE']
        >>> found.better_than_none("precision")
        []
        """
        known = [name for name in self.metrics_ if IS_HIGHER_BETTER[name] is not None]
        if metric not in known:
            raise ValueError(f"metric must be one of {', '.join(known)}. Got {metric!r} instead.")
        return [name for name in self.names_ if self._results.is_better(name, metric)]

    def summary(self) -> str:
        """Return a paragraph: whether to resample, which strategy to use, and its probabilities.

        Returns
        -------
        text : str
            One paragraph.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.linear_model import LogisticRegression
        >>> import fastsmote
        >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
        >>> strategies = ["RandomUnderSampler", "SMOTE"]
        >>> found = fastsmote.compare(
        ...     LogisticRegression(), X, y, strategies=strategies, random_state=0
        ... )
        >>> print(found.summary())
        Do not resample: in 5 folds, no strategy that resamples has a significantly better F-beta
        than none (0.698). The best of them is SMOTE (0.788). Use none...
        """
        return summarize(self._results, self.skipped_, self.notes_)

    def plot(self, metric: str | None = None) -> Figure:
        """Draw precision-recall curves, reliability curves, and differences to "none".

        Parameters
        ----------
        metric : str or None, default=None
            The metric of the differences. None means the one that decides: the expected cost,
            or F-beta.

        Returns
        -------
        figure : matplotlib.figure.Figure
            Created by pyplot.

        Raises
        ------
        ValueError
            If the metric is unknown.
        ImportError
            If matplotlib is not installed; names the extra of fastsmote that installs it.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.linear_model import LogisticRegression
        >>> import fastsmote
        >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
        >>> strategies = ["RandomUnderSampler", "SMOTE"]
        >>> found = fastsmote.compare(
        ...     LogisticRegression(), X, y, strategies=strategies, random_state=0
        ... )
        >>> figure = found.plot()
        >>> [axes.get_title() for axes in figure.axes]
        ['Precision and recall, mean of the folds', 'Reliability, in bins of equal size',
         'Differences, with 95 % intervals']
        """
        metric = self.decisive_metric_ if metric is None else metric
        self._check_metric(metric)
        positive = self._rules.classes[self._rules.positive]
        return draw_comparison(self._results, self._curves, metric, positive)

    def rows(self) -> tuple[list[str], list[list[str]]]:
        """Return the means of all metrics as text.

        Returns
        -------
        headers : list of str
            "strategy", then the names of the metrics.
        rows : list of list of str
            A row for each strategy.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.linear_model import LogisticRegression
        >>> import fastsmote
        >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
        >>> strategies = ["RandomUnderSampler", "SMOTE"]
        >>> found = fastsmote.compare(
        ...     LogisticRegression(), X, y, strategies=strategies, random_state=0
        ... )
        >>> headers, rows = found.rows()
        >>> headers[:3]
        ['strategy', 'average_precision', 'roc_auc']
        >>> [row[:3] for row in rows]
        [['none', '0.8461', '0.9636'], ['RandomUnderSampler', '0.7488', '0.9408'],
         ['SMOTE', '0.8229', '0.9614']]
        """
        headers = ["strategy", *self.metrics_]
        means = [
            [name, *(f"{self._results.mean(name, metric):.4g}" for metric in self.metrics_)]
            for name in self.names_
        ]
        return headers, means

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.names_)} strategies; best: {self.best_name_}>"

    def html_parts(self) -> list[str]:
        """Return the parts of an HTML page: the summary, a table of the means, and pictures.

        Returns
        -------
        parts : list of str
            Without pictures if matplotlib is not installed.

        Examples
        --------
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.linear_model import LogisticRegression
        >>> import fastsmote
        >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
        >>> strategies = ["RandomUnderSampler", "SMOTE"]
        >>> found = fastsmote.compare(
        ...     LogisticRegression(), X, y, strategies=strategies, random_state=0
        ... )
        >>> parts = found.html_parts()
        >>> [part[:6] for part in parts]
        ['<p>Do ', '<table', '<img a']
        """
        headers, means = self.rows()
        parts = [pages.paragraph(self.summary())]
        parts.append(pages.table(headers, means, marked={self.names_.index(self.best_name_)}))
        if find_spec("matplotlib"):
            parts.append(pages.picture(self.plot(), "curves and differences of the strategies"))
        if self.skipped_:
            parts.append(pages.table(["not run", "reason"], list(map(list, self.skipped_.items()))))
        return parts

    def _repr_html_(self):
        return pages.fragment(self.html_parts())

"""One call of a sampler: the attributes that it sets and the parameters that it uses."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

from fastsmote._threads import asking_once
from fastsmote.neighbors import NearestNeighbors, check_n_neighbors

# As long as the output, or about these.
NOT_PICKLED = frozenset(["_why_no_provenance", "is_synthetic_", "provenance_"])
# The attributes that a call sets, in imbalanced-learn or here.
RESULTS = frozenset(
    [
        "_X_categorical_minority_encoded",
        "_n_rows_in",
        "_nearest_places",
        "_why_no_provenance",
        "categorical_encoder_",
        "categorical_features_",
        "classes_to_clean_",
        "cluster_balance_threshold_",
        "continuous_features_",
        "edited_nearest_neighbours_",
        "enn_",
        "estimator_",
        "estimators_",
        "feature_names_in_",
        "in_danger_indices",
        "is_synthetic_",
        "kmeans_estimator_",
        "median_std_",
        "n_features_",
        "n_features_in_",
        "n_iter_",
        "nn_",
        "nn_k_",
        "nn_m_",
        "nn_ver3_",
        "provenance_",
        "sample_indices_",
        "sampling_strategy_",
        "shrinkage_",
        "smote_",
        "svm_estimator_",
        "tomek_",
        "voting_",
    ]
)


class RunsCalls:
    """Mixin: after a call a sampler has the attributes of that call only.

    That holds also if threads share the sampler.
    """

    # The number of neighbors that each parameter's neighbors object finds beyond the number
    # that an integer means: 1 where a row is found as its own neighbor.
    _neighbors_parameters: ClassVar[dict[str, int]] = {}
    _hooks: ClassVar[dict[str, Any]] = {}
    _has_slots = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._has_slots = any(vars(base).get("__slots__") for base in cls.__mro__)
        if cls.__module__.partition(".")[0] == "fastsmote":
            names = sorted(_methods_of_imblearn(cls))
            cls._hooks = {name: getattr(cls, name) for name in names}

    def _called(self, run):
        """Run a call and replace the results of the call before.

        The call works on a copy, so that threads that share a sampler never see half-made
        attributes. A method that a subclass or an instance overrides may store anything in
        the sampler, or refer to it. In that case the call works on the sampler itself, as
        imbalanced-learn does.
        """
        is_copied = self._overridden_hook() is None and not self._is_overridden("_fit_resample")
        if self._has_slots or not is_copied:
            return self._called_on_itself(run)
        call, state = object.__new__(type(self)), vars(self).copy()
        kept = {name: value for name, value in state.items() if name not in RESULTS}
        vars(call).update(kept, _settled={})
        call._settle_parameters()
        with asking_once():
            result = run(call)
        call._give_back_parameters()
        made = vars(call)
        changed = {n: value for n, value in made.items() if n not in kept or kept[n] is not value}
        vars(self).update(changed)
        for name in RESULTS & vars(self).keys():
            if name not in made:
                vars(self).pop(name, None)
        return result

    def _called_on_itself(self, run):
        before = {name: vars(self).pop(name) for name in RESULTS & vars(self).keys()}
        self._settled = {}
        try:
            self._settle_parameters()
            with asking_once():
                return run(self)
        except BaseException:
            vars(self).update({n: value for n, value in before.items() if n not in vars(self)})
            raise
        finally:
            self._give_back_parameters()

    def _settle(self, name, value):
        """Replace a parameter until the call ends."""
        given = getattr(self, name)
        if given is not value:
            self._settled.setdefault(name, given)
            setattr(self, name, value)

    def _give_back_parameters(self):
        """Restore the parameters that `_settle` replaced, and forget the columns of X."""
        vars(self).pop("_columns", None)
        for name, given in vars(self).pop("_settled").items():
            setattr(self, name, given)

    def _settle_parameters(self):
        """Replace neighbors objects by the number of neighbors that they find."""
        for name, n_beyond in self._neighbors_parameters.items():
            value = getattr(self, name)
            if isinstance(value, Integral):
                self._settle(name, int(value))
            elif type(value) is NearestNeighbors and value.is_euclidean():
                check_n_neighbors(value.n_neighbors)
                if value.n_neighbors <= n_beyond:
                    raise ValueError(
                        f"{name} is {value}, which finds {value.n_neighbors} neighbor: the row "
                        f"itself. Pass NearestNeighbors(n_neighbors={n_beyond + 1}) or more."
                    )
                self._settle(name, int(value.n_neighbors) - n_beyond)

    def _is_overridden(self, name):
        """Whether a subclass or the instance overrides a method."""
        return name in vars(self) or getattr(type(self), name) != self._hooks[name]

    def _overridden_hook(self):
        """Return an overridden method that compiled code would not call, or None."""
        for name in self._hooks:
            if name != "_fit_resample" and self._is_overridden(name):
                return name
        return None


def _methods_of_imblearn(cls):
    """Return the names of the methods that a sampler inherits from imbalanced-learn."""
    public = {"fit", "fit_resample", "_more_tags"}
    return {
        name
        for base in cls.__mro__
        if base.__module__.partition(".")[0] == "imblearn"
        for name, value in vars(base).items()
        if (callable(value) or isinstance(value, (staticmethod, classmethod)))
        and not name.startswith("__")
        and name not in public
    }

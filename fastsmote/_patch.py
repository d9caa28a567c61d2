"""Replace imbalanced-learn's samplers by the compiled ones, for code that imports imblearn."""

from __future__ import annotations

import copyreg
import sys
import threading
from abc import ABCMeta
from contextlib import AbstractContextManager
from importlib import import_module

_PATCHED_MODULES = ("fastsmote.over_sampling", "fastsmote.under_sampling", "fastsmote.combine")
_compiled_of = {}  # {imbalanced-learn's class: the compiled one}, empty unless patched
_stock_of = {}  # the inverse
_class_reducers = []  # the reducer of classes before the patch, or None
_lock = threading.RLock()


def is_patched() -> bool:
    """Return whether imbalanced-learn's names refer to the compiled samplers.

    Returns
    -------
    is_patched : bool
        True between `patch_imblearn` and `unpatch_imblearn`.

    Examples
    --------
    >>> import fastsmote
    >>> with fastsmote.patch_imblearn():
    ...     fastsmote.is_patched()
    True
    >>> fastsmote.is_patched()
    False
    """
    return bool(_compiled_of)


def patch_imblearn() -> AbstractContextManager[None]:
    """Replace imbalanced-learn's samplers by the compiled ones, in all of its modules.

    Afterwards ``from imblearn.over_sampling import SMOTE`` imports the compiled class.
    Samplers that imbalanced-learn itself creates are compiled too: the steps of `SMOTETomek`
    and `SMOTEENN`, and the samplers inside `BalancedBaggingClassifier`,
    `EasyEnsembleClassifier`, `RUSBoostClassifier` and `BalancedRandomForestClassifier`.

    Returns
    -------
    patch : context manager
        ``with patch_imblearn():`` restores the earlier state at the end of the block, also
        after an exception. The return value may be ignored.

    See Also
    --------
    unpatch_imblearn : Restore imbalanced-learn's samplers.
    is_patched : Whether the patch is active.

    Notes
    -----
    Names imported before the call, and existing instances, keep their class. While the
    patch is active, ``isinstance(sampler, imblearn.over_sampling.SMOTE)`` is True for
    instances of both classes.

    The patch applies to the whole process, in all threads. A process that is started later
    is not patched: samplers sent to it keep their class, and samplers created in it are
    imbalanced-learn's unless it calls `patch_imblearn` too.

    A sampler pickled under the patch keeps its class when it is loaded, with or without the
    patch, but loading it requires fastsmote. A sampler of imbalanced-learn that was pickled
    without the patch becomes compiled if it is loaded under the patch.

    Calling the function again has no effect.

    Examples
    --------
    >>> import fastsmote, imblearn.over_sampling
    >>> with fastsmote.patch_imblearn():
    ...     imblearn.over_sampling.SMOTE is fastsmote.over_sampling.SMOTE
    True
    >>> imblearn.over_sampling.SMOTE is fastsmote.over_sampling.SMOTE
    False
    """
    patch = _Patch(is_patched())
    _set_patched(True)
    return patch


def unpatch_imblearn() -> None:
    """Restore imbalanced-learn's own samplers, in all of its modules.

    Existing instances and names that were already imported stay compiled. If the patch is
    not active, the function has no effect.

    See Also
    --------
    patch_imblearn : Replace imbalanced-learn's samplers.

    Examples
    --------
    >>> import fastsmote, imblearn.over_sampling
    >>> patch = fastsmote.patch_imblearn()
    >>> imblearn.over_sampling.SMOTE.__module__
    'fastsmote.over_sampling._smote'
    >>> fastsmote.unpatch_imblearn()
    >>> imblearn.over_sampling.SMOTE.__module__
    'imblearn.over_sampling._smote.base'
    """
    _set_patched(False)


class _Patch:
    """The context manager that `patch_imblearn` returns."""

    def __init__(self, was_patched):
        self._was_patched = was_patched

    def __enter__(self):
        _set_patched(True)

    def __exit__(self, *exception):
        _set_patched(self._was_patched)


def _set_patched(is_wanted):
    with _lock:
        if is_wanted and not is_patched():
            _patch(_find_pairs())
        elif not is_wanted and is_patched():
            _unpatch()


def _find_pairs():
    """{imbalanced-learn's class: the compiled one} for every compiled sampler."""
    # imblearn imports its other packages itself, except keras, which needs Keras.
    import_module("imblearn.datasets")
    pairs = {}
    for home in map(import_module, _PATCHED_MODULES):
        for compiled in (getattr(home, name) for name in home.__all__):
            for base in compiled.__mro__[1:]:
                if base.__name__ == compiled.__name__:
                    pairs[base] = compiled
    return pairs


def _patch(pairs):
    _compiled_of.update(pairs)
    _stock_of.update({compiled: stock for stock, compiled in pairs.items()})
    _rebind(_compiled_of)
    # pickle finds a class by its name, which now refers to the compiled class.
    _class_reducers.append(copyreg.dispatch_table.get(ABCMeta))
    copyreg.pickle(ABCMeta, _reduce_class)
    for stock, compiled in pairs.items():
        copyreg.pickle(stock, _reduce_stock)
        compiled.__subclasshook__ = classmethod(_is_of_either_class)
        compiled._abc_caches_clear()  # of results from before the hook


def _unpatch():
    # This includes modules imported under the patch, which never bound imbalanced-learn's.
    _rebind(_stock_of)
    copyreg.dispatch_table.pop(ABCMeta, None)
    before = _class_reducers.pop()
    if before is not None:
        copyreg.pickle(ABCMeta, before)
    for stock, compiled in _compiled_of.items():
        copyreg.dispatch_table.pop(stock, None)
        del compiled.__subclasshook__
        compiled._abc_caches_clear()
    _compiled_of.clear()
    _stock_of.clear()


def _rebind(new_of):
    """Replace the old classes by the new ones in every loaded module of imbalanced-learn."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "imblearn" and module is not None:
            for attribute, value in list(vars(module).items()):
                if isinstance(value, type) and value in new_of:
                    setattr(module, attribute, new_of[value])


def _is_of_either_class(cls, subclass):
    """`__subclasshook__`: a compiled class also accepts instances of the class it replaces."""
    stock = _stock_of.get(cls)  # None for a subclass of a compiled class
    # Not issubclass(): it would check stock's subclasses, and so call this hook again.
    return True if stock in subclass.__mro__ else NotImplemented


def _reduce_stock(sampler):
    """Pickle an instance of imbalanced-learn's class, whose name the patch has replaced."""
    stock = type(sampler)
    return _new_stock, (stock.__module__, stock.__qualname__), *sampler.__reduce_ex__(2)[2:]


def _reduce_class(cls):
    """Pickle a class: a replaced class by a function that finds it, any other as before."""
    if cls in _compiled_of:
        return _find_stock, (cls.__module__, cls.__qualname__)
    before = _class_reducers[-1]
    return cls.__qualname__ if before is None else before(cls)


def _find_stock(module, name):
    found = getattr(import_module(module), name)
    return _stock_of.get(found, found)


def _new_stock(module, name):
    stock = _find_stock(module, name)
    return stock.__new__(stock)

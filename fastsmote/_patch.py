"""The compiled samplers under imbalanced-learn's names, for code that imports those."""

import copyreg
import sys
import threading
from abc import ABCMeta
from importlib import import_module

_MODULES = ("fastsmote.over_sampling", "fastsmote.under_sampling", "fastsmote.combine")
_compiled_of = {}  # {imbalanced-learn's class: the compiled one}, empty unless patched
_stock_of = {}  # the other way
_class_reducers = []  # what pickled classes before the patch, if anything did
_lock = threading.RLock()


def is_patched():
    """Whether imbalanced-learn's names stand for the compiled samplers.

    Returns
    -------
    is_patched : bool
    """
    return bool(_compiled_of)


def patch_imblearn():
    """Put the compiled samplers in place of imbalanced-learn's, in all of its modules.

    From here on ``from imblearn.over_sampling import SMOTE`` gives the compiled class, and
    what imbalanced-learn builds itself is compiled too: the steps of `SMOTETomek` and
    `SMOTEENN`, and the samplers inside `BalancedBaggingClassifier`,
    `EasyEnsembleClassifier`, `RUSBoostClassifier` and `BalancedRandomForestClassifier`.

    Returns
    -------
    patch : context manager
        ``with patch_imblearn():`` goes back at the end, also after an exception, to what
        was before the call. It may be ignored.

    See Also
    --------
    unpatch_imblearn : Take it back.
    is_patched : Whether it holds.

    Notes
    -----
    A name that was imported before the call keeps its class, and so does an instance.
    While patched, ``isinstance(sampler, imblearn.over_sampling.SMOTE)`` holds for the
    instances of both.

    It is a setting of the process, not of a thread. Processes that are started have their
    own: samplers sent to them arrive as they are, and what is built there is
    imbalanced-learn's unless they patch too.

    A compiled sampler is pickled under its name in fastsmote, and one of
    imbalanced-learn's by a function of fastsmote: with or without the patch such a pickle
    loads as the class it was, where fastsmote is installed. A pickle that was written
    without the patch and is loaded under it becomes compiled.

    Calling it twice is calling it once.

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


def unpatch_imblearn():
    """Give imbalanced-learn its own samplers back, in all of its modules.

    Instances that were made before stay compiled, and so do names that were imported.
    Without a patch nothing happens.
    """
    _set_patched(False)


class _Patch:
    """What `patch_imblearn` returns."""

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
    """{imbalanced-learn's class: the compiled one} of the samplers that have both."""
    # imblearn loads its other packages itself, but for keras, which wants Keras.
    import_module("imblearn.datasets")
    pairs = {}
    for home in map(import_module, _MODULES):
        for compiled in (getattr(home, name) for name in home.__all__):
            for base in compiled.__mro__[1:]:
                if base.__name__ == compiled.__name__:
                    pairs[base] = compiled
    return pairs


def _patch(pairs):
    _compiled_of.update(pairs)
    _stock_of.update({compiled: stock for stock, compiled in pairs.items()})
    _rebind(_compiled_of)
    # A class is pickled by its name, which is the compiled class's now.
    _class_reducers.append(copyreg.dispatch_table.get(ABCMeta))
    copyreg.pickle(ABCMeta, _reduce_class)
    for stock, compiled in pairs.items():
        copyreg.pickle(stock, _reduce_stock)
        compiled.__subclasshook__ = classmethod(_is_of_either_class)
        compiled._abc_caches_clear()  # answers given without the hook


def _unpatch():
    # Modules that were loaded since are found too: they never bound anything else.
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
    """Bind the new class wherever a loaded module of imbalanced-learn binds the old."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "imblearn" and module is not None:
            for attribute, value in list(vars(module).items()):
                if isinstance(value, type) and value in new_of:
                    setattr(module, attribute, new_of[value])


def _is_of_either_class(cls, subclass):
    """`__subclasshook__`: under the patch a class answers for the one it stands in for."""
    stock = _stock_of.get(cls)  # None for a subclass of a compiled class
    # Not issubclass(): that asks stock's subclasses, and so this.
    return True if stock in subclass.__mro__ else NotImplemented


def _reduce_stock(sampler):
    """Pickle an instance of imbalanced-learn's class, which has not its own name now."""
    stock = type(sampler)
    return _new_stock, (stock.__module__, stock.__qualname__), *sampler.__reduce_ex__(2)[2:]


def _reduce_class(cls):
    """Pickle a class: one of imbalanced-learn's so that it is found, any other as before."""
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

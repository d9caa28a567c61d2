"""An example of the gallery that warns ends the build.

sphinx-gallery calls `reset` before and after each example.
"""

import contextlib
import warnings

_block = contextlib.ExitStack()


def reset(gallery_conf, path, when):
    """Make warnings errors before an example, and restore the filters after it.

    Parameters
    ----------
    gallery_conf : dict
        Ignored.
    path : str
        Ignored.
    when : {"before", "after"}
        When sphinx-gallery calls the function.
    """
    _block.close()
    if when == "before":
        _block.enter_context(warnings.catch_warnings())
        warnings.simplefilter("error")

"""Figures of matplotlib, which is imported when a figure is drawn."""

# Two of them differ for every kind of color vision, and in gray.
TYPE_COLORS = ("#bbbbbb", "#66ccee", "#ccbb44", "#aa3377")
BAR_INCHES = 0.4


def draw_types(class_names, type_names, shares, ax=None):
    """Draw a bar for each class, stacked from the shares of the types of its rows.

    Parameters
    ----------
    class_names : list of str, of length n_classes
        From top to bottom.
    type_names : sequence of str, of length 4
        From left to right.
    shares : ndarray of shape (n_classes, 4)
        The shares of each class, which sum to 1.
    ax : matplotlib.axes.Axes, default=None
        Where to draw. None means a new figure.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise ImportError(
                "A picture requires matplotlib. Install it with: pip install 'fastsmote[compare]'"
            ) from error
        size = (6.4, 1.2 + BAR_INCHES * len(class_names))
        ax = pyplot.subplots(figsize=size, layout="constrained")[1]
    places = range(len(class_names))
    starts = shares.cumsum(axis=1) - shares
    for name, color, left, width in zip(type_names, TYPE_COLORS, starts.T, shares.T, strict=True):
        ax.barh(places, 100 * width, left=100 * left, color=color, label=name)
    ax.set_yticks(places, class_names, parse_math=False)  # "$" in a name is no formula
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xlabel("rows of the class (%)")
    ax.set_ylabel("class")
    ax.legend(ncols=len(type_names), loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    return ax

"""The operations that a cluster engine offers to a plan.

A plan never sees a value. It passes handles: a `One` stands for one value, a `Many` for a
sequence of values with the numbers 0, 1, ..., n - 1. An engine may run a task at once, later, on
any worker, more than once, and in any order. So every function is pure: it does not change its
arguments, and it returns the same value for the same arguments. Functions are module-level
functions or `functools.partial` objects of them, and values can be pickled.

Literals are keyword arguments that travel with the function. They are small.
"""

from typing import Protocol


class One(Protocol):
    """The handle of one value. It is broadcast to the tasks that get it."""


class Many(Protocol):
    """The handle of a sequence of values.

    Attributes
    ----------
    n : int
        The number of values.
    """

    n: int


class Engine(Protocol):
    """How a plan runs its functions."""

    def one(self, function, *values, **literals):
        """Run one task.

        Parameters
        ----------
        function : callable
            ``function(*arguments, **literals)``.
        *values : One or Many
            The function gets the value of a `One`, and the list of all values of a `Many`, in the
            order of their numbers. These values have to fit into the memory of one worker.

        Returns
        -------
        One
        """

    def each(self, function, many, *ones, **literals):
        """Run one task for each number.

        Parameters
        ----------
        function : callable
            ``function(*values_of_the_number, *values_of_ones, **literals)``.
        many : Many or tuple of Many
            If it is a tuple, all have the same n.
        *ones : One

        Returns
        -------
        Many of the same n
        """

    def numbered(self, n, function, *ones, **literals):
        """Run ``function(number, *values_of_ones, **literals)`` for n numbers.

        Returns
        -------
        Many of n values
        """

    def given(self, values):
        """Return a `Many` of small values that the plan has.

        Returns
        -------
        Many
        """

    def together(self, *many):
        """Concatenate sequences; the numbers of the second continue those of the first.

        Returns
        -------
        Many
        """

    def reduce(self, join, many):
        """Join all values to one.

        Parameters
        ----------
        join : callable
            ``join(list_of_values)`` returns a value of the same kind. It is called on groups of
            values and then on its own results. The result does not depend on the grouping or on
            the order.
        many : Many of at least one value

        Returns
        -------
        One
        """

    def cross(self, function, left, right, join, boxes=None):
        """Run a task for each pair of a left and a right value, and join them for each left one.

        Parameters
        ----------
        function : callable
            ``function(left_value, right_value)``.
        left, right : Many
        join : callable
            As for `reduce`, applied to the results of all pairs of one left value.
        boxes : tuple of (Many, Many, callable), default=None
            A small value for each left and each right value, and ``meet(left_box, right_box)``.
            An engine leaves out the pairs for which ``meet`` is False. At least one pair of each
            left value meets. None means that all pairs meet.

        Returns
        -------
        Many of left.n values
        """

    def exchange(self, split, many, n, join, *ones):
        """Distribute the rows of all values anew.

        Parameters
        ----------
        split : callable
            ``split(value, *values_of_ones)`` returns a list of n pieces.
        many : Many
        n : int
        join : callable
            ``join(list_of_pieces)`` makes value number i of the result from the pieces number i
            of all values. The pieces come in any order.
        *ones : One

        Returns
        -------
        Many of n values
        """

"""The executor of recipes for dense and sparse tables in memory."""

from fastsmote._base.classes import rows_to_make
from fastsmote._base.inputs import MakesRows
from fastsmote._search.class_index import index_classes
from fastsmote._search.lists import NeighborLists, check_enough_rows
from fastsmote._synthesis.draws import draw_shrinks
from fastsmote._synthesis.output import opened_output
from fastsmote._synthesis.provenance import Provenance


class FollowsRecipe(MakesRows):
    """Mixin for samplers that run a recipe. `_recipe` returns the recipe."""

    provenance_: Provenance

    def _fit_resample_compiled(self, X, y):
        self._validate_estimator()
        recipe = self._recipe()
        to_make = rows_to_make(self.sampling_strategy_, recipe.takes_floats)
        n_new = None if recipe.takes_floats else sum(n for _, n in to_make)
        rules = self._rules_for(X) if self._has_rules() else None
        changes = {"rules": rules, "has_missing": self._has_missing}
        with opened_output(X, y, n_new, **changes) as output:
            labels = [label for label, _ in to_make]
            with_others = recipe.n_judged > 0
            index = index_classes(X, y, labels, with_others, self._has_missing)
            made = list(self._follow(recipe, index, y, to_make))
            X_resampled, y_resampled, self.provenance_ = output.append(made)
        return X_resampled, y_resampled

    def _follow(self, recipe, index, y, to_make):
        """Yield the label and the provenance of the new rows of each class."""
        stream = recipe.open_stream(self.random_state)
        for code, (label, n_new) in enumerate(to_make):
            own, nearest = find_lists(index, code, recipe)
            self._note_judging(index)
            are_others = None
            if recipe.n_judged:
                are_others = y[nearest.neighbor_rows[:, : recipe.n_judged]] != label
            partners = own if recipe.partners == "own" else nearest
            bases = recipe.choose_bases(partners.neighbor_rows, are_others, n_new)
            del own, nearest, partners
            if len(bases.places) == 0:
                continue
            rows = index.class_rows[code]
            among = rows if recipe.partners == "own" else None
            n_among = index.X.shape[0] if among is None else len(among)
            check_enough_rows(recipe.n_partners + 1, n_among, len(bases.places))
            self._note_bases(index, label, rows[bases.places], among)
            draws = recipe.draw(stream, bases.drawn_from, n_new, is_held=True)
            base_rows, partner_rows = rows[bases.places], bases.partner_rows
            if index.numbers is not None:
                base_rows, partner_rows = index.numbers[base_rows], index.numbers[partner_rows]
            provenance = Provenance.of_draws(base_rows, partner_rows, draws)
            yield label, self._shrunk(recipe, provenance, y, label)

    def _note_judging(self, index):
        """Set imbalanced-learn's attributes of the search among all rows."""

    def _note_bases(self, index, label, base_rows, among):
        """Set imbalanced-learn's attributes of the base rows and of the search for partners.

        ``among`` holds the rows in which partners were searched. None means all rows.
        """

    def _shrunk(self, recipe, provenance, y, label):
        """Draw shrink factors if partners may belong to any class."""
        if recipe.partners == "own":
            return provenance
        are_others = y[provenance.neighbor_rows] != label
        return provenance.shrunk(draw_shrinks(self.random_state, are_others))


def find_lists(index, code, recipe):
    """Find the nearest rows of each row of a class, in the class and in all classes.

    The second result is None if the recipe does not need the nearest rows of all classes.
    """
    rows = index.rows_in_order(code)
    if not recipe.n_judged:
        own = index.within(code, NeighborLists(rows, recipe.n_own))
        return own.finish().sort_by_row(), None
    check_enough_rows(recipe.n_judged + 1, index.X.shape[0], len(rows))
    own = index.within(code, NeighborLists(rows, recipe.n_own))
    nearest = index.among_others(code, own.copy())
    return own.finish().sort_by_row(), nearest.finish().sort_by_row()

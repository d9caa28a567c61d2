"""Borderline-SMOTE: which rows are in danger."""


def are_in_danger(is_other_class, m_neighbors):
    """Whether half or more of a row's neighbors, but not all, are of another class.

    Parameters
    ----------
    is_other_class : ndarray of shape (n_rows, m_neighbors), bool
        For each of the nearest rows whether it is of another class.
    m_neighbors : int

    Returns
    -------
    are_in_danger : ndarray of shape (n_rows,), bool

    References
    ----------
    H. Han, W.-Y. Wang, B.-H. Mao, "Borderline-SMOTE", ICIC 2005, section 3, step 2:
    m / 2 <= m' < m.
    """
    n_other = is_other_class.sum(axis=1)
    return (n_other >= m_neighbors / 2) & (n_other < m_neighbors)

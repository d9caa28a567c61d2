"""Borderline-SMOTE: find the rows in danger."""


def are_in_danger(is_other_class, m_neighbors):
    """Whether at least half, but not all, of each row's neighbors belong to another class.

    Parameters
    ----------
    is_other_class : ndarray of shape (n_rows, m_neighbors), bool
        Whether each of the nearest rows belongs to another class.
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

"""The decisions of the samplers, given the neighbors.

This package holds edited nearest neighbors (`edited`), Tomek links of a stream of rows
(`tomek`), Borderline-SMOTE's rows in danger (`danger`), ADASYN's numbers of new rows
(`density`), the weight and the vote of categories (`votes`), the recognition of identifier
columns (`identifiers`), the types of rows by their neighbors (`neighborhood`), and the rules for
values of new rows (`values`, and `observed` for rules that are inferred from X).
`fastsmote._search` finds the neighbors, and `fastsmote._synthesis` writes the rows.
"""

"""What a sampler decides: who stays, who is in danger, how many rows are made of whom.

Edited nearest neighbors (`edited`), Tomek links of a stream of rows (`tomek`), Borderline-SMOTE's
danger (`danger`), ADASYN's counts (`density`) and what a category weighs (`votes`). Not here:
how neighbors are found, and how rows are written.
"""

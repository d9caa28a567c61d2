"""What a picture of a resampling shows: places of rows, where they come from, artists.

Not here: what a sampler decides, and figures of compared strategies (`_decision/pictures.py`).
"""

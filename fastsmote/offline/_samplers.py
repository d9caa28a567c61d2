"""The function that plans the output of each sampler as a list of segments."""

from fastsmote.offline._cleaners import (
    enn_segments,
    ncr_segments,
    smote_enn_segments,
    smote_tomek_segments,
    tomek_links_segments,
)
from fastsmote.offline._over_samplers import (
    adasyn_segments,
    borderline_2_segments,
    borderline_smote_segments,
    random_over_segments,
    smote_segments,
    smotenc_segments,
)
from fastsmote.offline._under_samplers import near_miss_1_segments, random_under_segments

SEGMENTS = {
    "smote": smote_segments,
    "borderline-smote": borderline_smote_segments,
    "borderline-2": borderline_2_segments,
    "adasyn": adasyn_segments,
    "random-over": random_over_segments,
    "random-under": random_under_segments,
    "smotenc": smotenc_segments,
    "tomek-links": tomek_links_segments,
    "smote-tomek": smote_tomek_segments,
    "enn": enn_segments,
    "smote-enn": smote_enn_segments,
    "ncr": ncr_segments,
    "nearmiss-1": near_miss_1_segments,
}

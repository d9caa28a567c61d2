"""Should this table be resampled: compared strategies, corrected probabilities, neighborhoods.

`compare` scores strategies on folds that keep the original distribution. A strategy is an
estimator: without resampling, with class weights, a tuned threshold, or behind a sampler. This
room chooses the strategies, runs them and reads the scores. scikit-learn's functions fit, tune,
calibrate and score. A sampler's rules and searches are in the rooms below.
"""

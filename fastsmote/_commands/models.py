"""The classifiers that `fastsmote compare` offers, with the preprocessing that they need."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

BOOSTING = "hist-gradient-boosting"
MODELS = {
    BOOSTING: HistGradientBoostingClassifier,
    "logistic": lambda: LogisticRegression(max_iter=1000),
    "forest": lambda: RandomForestClassifier(n_jobs=-1),
}


def build_model(name, numbers=(), categories=()):
    """Build a classifier whose samplers measure distances between standardized numbers.

    Parameters
    ----------
    name : str
        A key of ``MODELS``.
    numbers, categories : sequence of str, default=()
        The columns of numbers and of categories. Without categories, X may be an ndarray.

    Returns
    -------
    model : classifier
        - "logistic" and "forest": missing numbers become the median, missing categories the
          most frequent one. Numbers are standardized and categories one-hot encoded.
        - "hist-gradient-boosting": takes missing values and categories as they are. Without
          categories, numbers are standardized, which changes the distances of samplers and not
          the trees. With categories it is the bare classifier, so that SMOTENC can run.
    """
    classifier = MODELS[name]()
    if name == BOOSTING:
        if categories:
            return classifier.set_params(categorical_features="from_dtype")
        return make_pipeline(StandardScaler(), classifier)
    # A column may lack values in the training part of one fold only: it stays, as zeros.
    scaled = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
    )
    if not categories:
        return make_pipeline(*(step for _, step in scaled.steps), classifier)
    one_hot = make_pipeline(
        SimpleImputer(strategy="most_frequent", keep_empty_features=True),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    columns = [("numbers", scaled, list(numbers)), ("categories", one_hot, list(categories))]
    return make_pipeline(ColumnTransformer(columns), classifier)

"""The public names of the package, what their docstrings lack, and their examples."""

import ast
import doctest
import inspect
import re
import textwrap
from dataclasses import is_dataclass
from functools import cache
from importlib import import_module

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

# What numpydoc's checks may find. Left out: sections that not every docstring needs (ES01, SA01,
# RT03), and rules that scikit-learn does not follow either (RT02, PR06 to PR09, RT04, RT05).
ERRORS = {
    *("GL01", "GL02", "GL03", "GL05", "GL06", "GL07", "GL08", "GL10"),
    *("SS01", "SS02", "SS03", "SS04", "SS05", "SS06"),
    *("PR01", "PR02", "PR03", "PR04", "PR05", "PR07", "PR10"),
    *("RT01", "YD01", "SA02", "SA03", "SA04", "EX01"),
}
# Classes whose instances a function makes: nobody calls the class, so its parameters are private.
MADE_BY_FUNCTIONS = {"fastsmote.Comparison": "compare", "fastsmote.Neighborhood": "neighborhood"}
PAPERS_CITED_BY = [imblearn.over_sampling, imblearn.under_sampling, imblearn.combine]
REFERENCE = re.compile(
    r"(([A-Z]\.([ -][A-Z]\.)* [^,\"]+(, | et al\., )))+"  # A. B. Author, C. Author,
    r"\"[^\"]+\", "  # "Title",
    r".*\b(19|20)\d\d\b(.*[^.])?\.$"  # venue, pages, year, section.
)


def is_ours(thing):
    """Whether the package defines a class or function."""
    return (getattr(thing, "__module__", None) or "").partition(".")[0] == "fastsmote"


def members_of(name, class_):
    """Yield (name, object) of the public methods and properties that the package defines.

    A property comes as it stands in the class. scikit-learn writes the methods of its metadata
    routing, such as `set_fit_request`; they are no functions.
    """
    for member in dir(class_):
        home = next((c for c in class_.__mro__ if member in vars(c)), None)
        is_private = member.startswith("_") and member != "__call__"
        if is_private or home is None or not is_ours(home):
            continue
        thing = vars(home)[member]
        if isinstance(thing, property):
            yield f"{name}.{member}", thing
        elif inspect.isfunction(thing) or isinstance(thing, (classmethod, staticmethod)):
            yield f"{name}.{member}", getattr(class_, member)


def public_names(modules):
    """{full name: object} of public classes, functions, methods and properties, each once."""
    found, seen = {}, set()
    for module in modules:
        home = import_module(module)
        for name in home.__all__:
            thing = getattr(home, name)
            if not (inspect.isclass(thing) or inspect.isroutine(thing)):
                continue
            items = [(f"{module}.{name}", thing)]
            items += members_of(*items[0]) if inspect.isclass(thing) else []
            for full, item in items:
                key = getattr(item, "__func__", item)
                if key not in seen:
                    seen.add(key)
                    found[full] = item
    return found


# What is missing


def missing_of(name, thing):
    """A list of what the docstring of a public name lacks."""
    if isinstance(thing, property):
        return missing_of_property(name, thing)
    errors = [
        f"{code}: {text}"
        for code, text in validate(name)["errors"]
        if code in ERRORS and not (code == "PR01" and name in MADE_BY_FUNCTIONS)
    ]
    text = inspect.getdoc(thing) or ""
    if not text:
        return errors
    if is_dataclass(thing):
        errors = [error for error in errors if not error.startswith("PR01")]
        errors += [f"field {field} not documented" for field in undocumented_fields(thing, text)]
    doc = NumpyDocString(text)
    if hasattr(thing, "__wrapped__") and doc["Returns"]:  # it returns a context manager
        errors = [error for error in errors if not error.startswith("YD01")]
    if doc["Yields"]:
        errors = [error for error in errors if not error.startswith("RT01")]
    if inspect.isclass(thing):
        errors += missing_of_class(thing, doc)
    else:
        undocumented = errors_raised(thing) - {raised.type for raised in doc["Raises"]}
        stated = " ".join([*doc["Notes"], *(raised.type for raised in doc["Raises"])])
        errors += [f"Raises: {error}" for error in sorted(undocumented) if error not in stated]
    return errors + wrong_references(doc) + skipped_examples(text)


def missing_of_property(name, thing):
    """What a property lacks: its class states its type, and shows it in use."""
    summary = (thing.__doc__ or "").strip().partition("\n")[0]
    return [] if re.fullmatch(r"[A-Z`].*\.", summary) else [f"summary is {summary!r}"]


def missing_of_class(class_, doc):
    """What the docstring of a class lacks."""
    missing = []
    if hasattr(class_, "fit_resample"):
        if "error" not in " ".join([*doc["Notes"], *map(str, doc["Raises"])]).lower():
            missing.append("no error in Raises or Notes")
        if not doc["Attributes"]:
            missing.append("no Attributes")
        stock = [getattr(module, class_.__name__, None) for module in PAPERS_CITED_BY]
        cites = any("References\n" in (cls.__doc__ or "") for cls in stock if cls is not None)
        if cites and not doc["References"]:
            missing.append("no References, but imbalanced-learn's class has some")
    described = {name for name, _, _ in doc["Attributes"]}
    missing += [f"Attributes: {name!r} is not one name" for name in described if "," in name]
    described |= {name for names, _, _ in doc["Parameters"] for name in names.split(", ")}
    for full, member in members_of("", class_):
        if isinstance(member, property) and full[1:] not in described:
            missing.append(f"property {full[1:]} is not in Attributes")
    return missing


def undocumented_fields(class_, text):
    """The fields of a dataclass that its Attributes do not name."""
    described = {names for names, _, _ in NumpyDocString(text)["Attributes"]}
    return [name for name in class_.__dataclass_fields__ if name not in described]


def wrong_references(doc):
    """The references that do not have the format of the others."""
    paragraphs = "\n".join(doc["References"]).split("\n\n")
    paragraphs = [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()]
    return [f"reference {text!r}" for text in paragraphs if not REFERENCE.fullmatch(text)]


def skipped_examples(text):
    """The examples that do not run."""
    parsed = doctest.DocTestParser().get_examples(text)
    skipped = [example for example in parsed if example.options.get(doctest.SKIP)]
    shown = [] if any(example.want for example in parsed) else ["no example shows a result"]
    return [f"example is skipped: {example.source.strip()}" for example in skipped] + shown


# Errors


@cache
def functions_of(module):
    """{name: node} of the functions and methods of a module."""
    tree = ast.parse(inspect.getsource(import_module(module)))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def errors_raised(function):
    """The names of the exceptions that a function, or a private one that it calls, raises.

    Followed are the private functions of the same module. A public one has a docstring itself.
    """
    function = inspect.unwrap(getattr(function, "__func__", function))
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    known, seen, nodes, raised = functions_of(function.__module__), set(), [tree], set()
    while nodes:
        for node in ast.walk(nodes.pop()):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                raised.add(ast.unparse(node.exc.func).rpartition(".")[2])
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).removeprefix("self.")
                if called.startswith("_") and called in known and called not in seen:
                    seen.add(called)
                    nodes.append(known[called])
    return raised


# Examples


def run_examples(name, thing, globs=None):
    """Run the examples of a docstring; return what went wrong, as doctest reports it."""
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    text = inspect.getdoc(thing) or ""
    example = doctest.DocTestParser().get_doctest(text, dict(globs or {}), name, name, 0)
    report = []
    doctest.DocTestRunner(optionflags=flags).run(example, out=report.append)
    return "".join(report)

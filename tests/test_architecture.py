"""House rule: who may import whom (design, section 1), and what a module and its functions may be called."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from house_rules import import_graph as rules

from course_utils.lessons.catalogue import ROOT

# What each part may build on; whatever these build on is allowed too. A folder is one part unless a module of
# it stands here by itself. Every module has its place, those of later lessons included.
ARROWS = {
    "validation": set(),
    "datasets": {"validation"},
    "least_squares": {"validation"},
    "prox": {"validation"},
    "objective": {"validation"},
    "scaling": {"validation"},
    "solvers": {"prox", "objective"},
    "path": {"solvers"},
    "tuning": {"path", "scaling"},
    "evaluation": {"tuning"},
    "resampling": {"path", "scaling"},
    "penalties": {"path"},
    "inference": {"path"},
    "signals": {"path"},
    "networks": {"prox", "objective"},
    "fast": {"objective", "validation", "path", "fast.chunks"},
    "fast.chunks": set(),
    **{f"fast.{part}": {"fast", "resampling"} for part in ("bootstrap", "stability")},
    **{f"fast.{part}": {"fast", "tuning"} for part in ("cv_task", "fold_products")},
    "fast.folds_of_few_columns": {"fast.cv_task", "fast.fold_products"},
    "fast.folds_of_many_columns": {"fast.cv_task"},
    "fast.cross_validation": {"fast.folds_of_few_columns", "fast.folds_of_many_columns"},
    "fast.ahead": {"fast", "fast.bootstrap", "fast.cross_validation"},
    "estimators": {"fast", "fast.cross_validation", "fast.bootstrap", "fast.stability"},
    "deploy": {"validation", "evaluation", "datasets", "deploy.registry"},
    "deploy.canonical": set(),
    "deploy.durable": set(),
    "deploy.contract": set(),
    "deploy.facts": set(),
    "deploy.artifact": {"deploy.canonical", "deploy.contract", "deploy.facts"},
    "deploy.card": {"deploy.artifact"},
    "deploy.history": {"deploy.canonical", "deploy.durable", "deploy.facts"},
    "deploy.registry": {"deploy.artifact", "deploy.card", "deploy.history"},
    "deploy.serving": {"deploy.registry"},
    "deploy.batch_rows": {"deploy.contract"},
    **{f"deploy.batch_{part}": {"deploy.batch_rows"} for part in ("csv", "parquet")},
    "deploy.batch_source": {"deploy.batch_csv", "deploy.batch_parquet"},
    "deploy.batch_parts": {"deploy.artifact", "deploy.batch_source", "deploy.durable"},
    "deploy.batch_dask": {"deploy.batch_parts"},
    "deploy.batch_job": {"deploy.batch_source", "deploy.canonical", "deploy.durable"},
    "deploy.batch": {"deploy.batch_parts", "deploy.batch_job"},
    "deploy.service_settings": set(),
    "deploy.refusals": {"deploy.contract"},
    "deploy.strict_json": {"deploy.refusals"},
    "deploy.service_errors": {"deploy.strict_json"},
    "deploy.service_requests": {"deploy.strict_json", "deploy.service_settings"},
    "deploy.service_limits": {"deploy.refusals", "deploy.service_settings"},
    "deploy.service_metrics": {"deploy.contract"},
    "deploy.service_edge": {"deploy.service_errors", "deploy.service_metrics"},
    "deploy.service_openapi": {"deploy.refusals", "deploy.serving"},
    "deploy.prediction_log": set(),
    "deploy.service_access": {
        *("deploy.service_limits", "deploy.service_metrics"),
        *("deploy.serving", "deploy.prediction_log"),
    },
    "deploy.service_routes": {"deploy.service_access"},
    "deploy.open_inference": {
        "deploy.service_errors",
        "deploy.service_routes",
        "deploy.service_openapi",
        "deploy.service_requests",
    },
    "deploy.service": {"deploy.open_inference", "deploy.service_edge"},
    "deploy.local_server": set(),
    "deploy.tables": set(),
    "deploy.logged": {"deploy", "deploy.prediction_log"},
    "style": set(),
    "plotting": {"style"},
    "explorers": set(),
    "explorers.picture": {"style"},
    "explorers.explorer": {"explorers.picture"},
    "explorers.display": {"explorers.explorer"},
    "explorers.frames": {
        *("path", "tuning", "evaluation", "resampling", "penalties"),
        *("datasets", "least_squares", "scaling"),
    },
    "explorers.views": {"plotting", "explorers.explorer", "explorers.frames"},
    "exercises.types": set(),
    "exercises": {
        "exercises.types",
        *(
            "datasets",
            "least_squares",
            "scaling",
            "path",
            "evaluation",
            "resampling",
            "penalties",
            "inference",
        ),
        *("signals", "networks", "deploy", "fast"),
    },
    "grading": {"exercises.types"},
    "grading.worker": {"grading"},
    "grading.feedback": {"grading", "style"},
    "lessons": set(),
    "cli": {
        *("lessons", "exercises", "grading", "grading.feedback", "estimators"),
        *("deploy", "deploy.tables", "deploy.logged", "deploy.service"),
        *("deploy.batch", "deploy.batch_dask"),
    },
    "__main__": {"cli"},
}

NUMERICS = [
    *("validation", "datasets", "least_squares", "prox", "objective", "scaling", "solvers", "path", "tuning"),
    *("evaluation", "resampling", "penalties", "inference", "signals", "networks", "explorers.frames"),
]
# What each part may import from outside, besides the standard library; lessons and cli, for maintainers, anything.
LIBRARIES = {
    "": set(),
    **{part: {"numpy", "scipy", "tqdm"} for part in NUMERICS},
    **{part: {"numpy", "scipy", "tqdm", "joblib"} for part in ("tuning", "evaluation", "resampling")},
    "datasets": {"numpy", "scipy", "sklearn", "pandas"},  # the last two inside functions: see the last tests
    "fast": {"numpy", "scipy", "numba", "sklearn"},
    "fast.chunks": {"numpy", "joblib", "threadpoolctl", "distributed"},  # the last of the extra "cluster"
    "estimators": {"numpy", "scipy", "sklearn"},
    "deploy": {"numpy", "scipy", "sklearn"},
    **{
        f"deploy.{part}": set()
        for part in ("canonical", "card", "durable", "facts", "history", "refusals", "strict_json")
    },
    "deploy.contract": {"numpy"},
    "deploy.artifact": {"numpy"},
    "deploy.pipeline_file": {"sklearn", "skops"},  # of the extra "deploy"
    "deploy.registry": set(),
    "deploy.serving": {"numpy"},
    "deploy.batch": {"tqdm"},  # these, too, of the extra "deploy"
    "deploy.batch_csv": {"numpy", "pyarrow"},
    **{f"deploy.batch_{part}": {"pyarrow"} for part in ("parquet", "source", "parts")},
    "deploy.batch_job": set(),
    "deploy.batch_rows": {"numpy", "pyarrow"},
    "deploy.batch_dask": {"distributed"},  # of the extra "cluster"
    "deploy.prediction_log": {"numpy", "sqlalchemy"},
    "deploy.service": {"fastapi", "starlette", "prometheus_client"},  # these, too, of the extra "deploy"
    **{part: {"fastapi"} for part in ("deploy.open_inference", "deploy.service_access")},
    "deploy.service_routes": {"fastapi", "starlette"},
    **{f"deploy.service_{part}": {"starlette"} for part in ("edge", "errors", "requests")},
    **{f"deploy.service_{part}": set() for part in ("limits", "settings")},
    "deploy.service_metrics": {"prometheus_client"},
    "deploy.service_openapi": {"fastapi", "pydantic"},
    "deploy.local_server": {"uvicorn", "werkzeug"},
    "deploy.tables": {"numpy", "pyarrow"},
    "deploy.logged": {"numpy", "sqlalchemy"},
    "style": {"numpy", "matplotlib", "IPython", "PIL"},
    "plotting": {"numpy", "matplotlib", "seaborn"},
    "explorers.picture": {"numpy", "matplotlib"},
    "explorers.explorer": set(),
    "explorers.display": {"IPython", "ipywidgets"},
    "explorers.views": {"numpy"},
    "exercises.types": {"numpy"},
    "exercises": {"numpy", "scipy", "IPython"},
    "grading": {"numpy"},
    "grading.worker": {"IPython", "traitlets"},
    "grading.gradebook": {"sqlalchemy"},  # these five: of the extra "grading", and what it brings
    "grading.book": {"nbgrader", "sqlalchemy"},
    "grading.database": {"nbgrader", "sqlalchemy", "alembic", "traitlets"},
    "grading.releasing": {"nbgrader"},
    "grading.inside_nbgrader": {"nbgrader", "nbconvert"},
    "grading.marking": {"numpy", "joblib", "distributed", "tqdm"},
    "grading.graded_notebook": {"nbformat", "nbgrader"},
    "grading.safe_text": {"bleach", "nbconvert"},
    "grading.feedback": {"jinja2", "markupsafe", "pygments"},
    "cli.doctor": set(),
}
# These run where nothing is installed yet, and so does all that they import.
BEFORE_ANYTHING_IS_INSTALLED = [
    "",
    "cli",
    "cli.bootstrap",
    "cli.doctor",
    "cli.installation",
    "lessons.catalogue",
]
LONGEST_FUNCTION = 25  # lines below the signature, without blank ones and the docstring

SOURCES = rules.read_package(ROOT / rules.PACKAGE)


def test_every_module_has_its_place_in_the_graph():
    assert rules.undeclared_modules(SOURCES, ARROWS) == []


def test_imports_follow_the_arrows_of_the_design():
    assert rules.forbidden_arrows(SOURCES, ARROWS) == []


def test_each_part_imports_only_the_libraries_it_may():
    assert rules.forbidden_libraries(SOURCES, LIBRARIES, sys.stdlib_module_names) == []


def test_no_import_goes_round_in_a_circle():
    assert rules.import_cycle(SOURCES) == []


def test_imports_are_written_out_from_the_package_down():
    assert rules.relative_imports(SOURCES) == []


@pytest.mark.parametrize("module", BEFORE_ANYTHING_IS_INSTALLED)
def test_what_runs_before_the_installation_loads_the_standard_library_only(module):
    reached = rules.reachable(module, SOURCES)
    assert module in reached
    loaded = {name: rules.imported_on_loading(SOURCES[name]) - sys.stdlib_module_names for name in reached}
    assert {name: libraries for name, libraries in loaded.items() if libraries} == {}


def test_the_doctor_imports_no_library_even_inside_a_function():
    assert rules.outer_imports(SOURCES)["cli.doctor"] <= sys.stdlib_module_names


def test_the_package_never_imports_its_tests():
    tests = {path.stem for path in (ROOT / "tests").iterdir()} | {"tests"}
    assert not tests & set().union(*rules.outer_imports(SOURCES).values())


def test_every_module_is_named_for_what_is_in_it():
    assert rules.names_that_say_nothing(SOURCES) == []


def numerics():
    """The sources of the numerics that exist so far."""
    return {module: source for module, source in SOURCES.items() if rules.part_of(module, NUMERICS)}


def test_every_function_of_tiers_one_and_two_is_short_enough_to_be_read():
    shown = numerics() | {module: SOURCES[module] for module in ("style", "plotting")}
    assert rules.long_functions(shown, LONGEST_FUNCTION) == []


def test_arguments_of_the_numerics_keep_the_one_convention():
    assert rules.unconventional_arguments(numerics()) == []


def imported_by(*modules):
    """The top-level packages that are in memory after these modules were imported into a new Python."""
    script = (
        f"import sys, json\nfor name in {modules!r}: __import__(name)\nprint(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_importing_the_package_imports_nothing_heavy():
    assert not imported_by("course_utils") & {"numpy", "scipy", "sklearn", "matplotlib", "pandas", "IPython"}


def test_importing_the_numerics_brings_in_neither_display_nor_pandas():
    modules = [f"course_utils.{module}" for module in numerics()]
    assert not imported_by(*modules) & {"matplotlib", "ipywidgets", "IPython", "pandas", "sklearn"}


SAMPLE = {
    "": "",
    "validation": "import numpy",
    "prox": "from course_utils.validation import as_penalty",
    "solvers": "from course_utils import prox",
    "style": "import matplotlib",
    "lessons": "",
    "lessons.catalogue": "import tomllib",
    "cli": "def run():\n    from course_utils.lessons import catalogue",
}


def test_the_good_sample_keeps_every_rule():
    assert rules.undeclared_modules(SAMPLE, ARROWS) == rules.forbidden_arrows(SAMPLE, ARROWS) == []
    assert (
        rules.forbidden_libraries(SAMPLE, LIBRARIES, sys.stdlib_module_names)
        == rules.import_cycle(SAMPLE)
        == []
    )


BAD_ARROWS = [
    ("validation", "import course_utils.prox", "validation imports prox"),
    ("prox", "from course_utils import style", "prox imports style"),
    ("prox", "def f():\n    from course_utils.solvers import ista", "prox imports solvers"),
    ("style", "from course_utils.prox import soft_threshold", "style imports prox"),
    ("solvers", "from course_utils.lessons import catalogue", "solvers imports lessons"),
]


@pytest.mark.parametrize(("module", "source", "complaint"), BAD_ARROWS)
def test_an_arrow_against_the_design_is_refused(module, source, complaint):
    assert complaint in rules.forbidden_arrows(SAMPLE | {module: source}, ARROWS)


def test_an_arrow_may_skip_what_lies_between():
    sample = SAMPLE | {"solvers": "from course_utils.validation import as_design"}
    assert rules.forbidden_arrows(sample, ARROWS) == []


def test_a_folder_may_be_named_on_the_way_to_a_module_that_is_allowed():
    sample = SAMPLE | {
        "exercises": "",
        "exercises.types": "",
        "grading": "from course_utils.exercises import types",
    }
    assert rules.forbidden_arrows(sample, ARROWS) == []


@pytest.mark.parametrize("module", ["plots", "prox_extra", "explorer"])
def test_a_module_without_a_place_in_the_graph_is_refused(module):
    assert rules.undeclared_modules(SAMPLE | {module: ""}, ARROWS) == [f"{module} has no place in the graph"]


@pytest.mark.parametrize("source", ["import pandas", "def f():\n    from matplotlib import pyplot"])
def test_a_library_that_a_part_may_not_import_is_refused(source):
    assert len(rules.forbidden_libraries(SAMPLE | {"prox": source}, LIBRARIES, sys.stdlib_module_names)) == 1


def test_a_circle_of_imports_is_found_even_inside_functions():
    circle = {"a": "import course_utils.b", "b": "def f():\n    from course_utils import a", "": ""}
    assert set(rules.import_cycle(circle)) == {"a", "b"}


def test_what_a_module_reaches_includes_its_folders():
    sample = {
        "": "import numpy",
        "cli": "import scipy",
        "cli.doctor": "from course_utils import prox",
        "prox": "",
    }
    assert rules.reachable("cli.doctor", sample) == {"", "cli", "cli.doctor", "prox"}


def test_what_a_function_imports_is_not_needed_on_loading():
    source = "import a.b\ntry:\n    import c\nexcept ImportError: ...\ndef f():\n    import d"
    assert rules.imported_on_loading(source) == {"a", "c"}


def test_an_import_by_dots_is_refused():
    assert rules.relative_imports({"prox": "from . import validation"}) == ["prox imports relatively"]


@pytest.mark.parametrize(
    "name", ["utils", "cli.helpers", "plot_utils", "common", "misc_functions", "test_helper"]
)
def test_a_module_name_that_says_nothing_is_refused(name):
    assert rules.names_that_say_nothing([name]) == [name]


def test_a_long_function_is_counted_without_its_docstring_and_blank_lines():
    body = "\n".join(f"    step_{index} = 0\n" for index in range(4))
    source = f'def f(\n    X,\n    y,\n):\n    """One.\n\n    Two.\n    """\n{body}'
    assert rules.long_functions({"prox": source}, 3) == ["prox.f has 4 lines"]
    assert rules.long_functions({"prox": source}, 4) == []


BAD_ARGUMENTS = [
    ("def f(X, alpha): ...", "prox.f takes alpha"),
    ("def f(n, *, seed): ...", "prox.f takes seed"),
    ("def f(X, y, lam, tol): ...", "prox.f takes tol after lam without its keyword"),
]


@pytest.mark.parametrize(("source", "complaint"), BAD_ARGUMENTS)
def test_an_argument_against_the_convention_is_refused(source, complaint):
    assert rules.unconventional_arguments({"prox": source}) == [complaint]


def test_arguments_by_the_convention_are_accepted():
    assert rules.unconventional_arguments({"prox": "def f(X, y, lam, *, tol, rng): ..."}) == []

"""The structure: directions of imports, the cost of a light import, and rules for every file."""

import ast
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

ROOMS = ("boltzmann", "agents", "envs", "scripts", "benchmarks")
MAY_IMPORT = {
    "boltzmann": {"boltzmann"},
    "agents": {"agents", "boltzmann"},
    "envs": {"envs"},
    "scripts": {"scripts", "agents", "envs", "boltzmann"},
    "benchmarks": {"benchmarks", "scripts", "agents", "envs", "boltzmann"},
}
CORE = {path.stem for path in (ROOT / "boltzmann").glob("*.py")} - {"__init__"}


def modules():
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    room = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imports(path)} & {*ROOMS, "tests"}
    assert ours <= MAY_IMPORT[room]
    if path.parent.name == "boltzmann":
        assert not [name for name in imports(path) if name.startswith("boltzmann.experiments")]


def test_the_check_of_directions_can_fail(tmp_path):
    (tmp_path / "wrong.py").write_text("def f():\n    from agents import QLearning\n")
    assert "agents" in set(imports(tmp_path / "wrong.py"))


ORDER = {
    "boltzmann": (
        ("arrays", "laws", "pictures"),
        ("checks", "hints"),
        ("bounds",),
        ("notation",),
        ("_numerics",),
        ("schedules",),
        ("inversion", "calibration", "acting", "pictured"),
        ("sampling",),
        ("gibbs", "categorical", "thermostats", "transition"),
        ("policies",),
        ("experiments", "large", "deep", "explorer"),
        ("offpolicy",),
        ("lab",),
        ("__main__",),
    ),
    "boltzmann.experiments": (
        ("errors", "interfaces", "metrics", "wording"),
        ("describe", "engine"),
        ("store",),
        ("runs", "statistics"),
        ("charts", "shown_results"),
        ("figures",),
        ("pages",),
        ("studies",),
    ),
    "boltzmann.large": (
        ("updatable",),
        ("buckets", "candidates", "hierarchy", "ragged", "restricted"),
        ("modules",),
    ),
    "boltzmann.offpolicy": (
        ("log_checks",),
        ("from_decisions", "log_rows", "finite_sample"),
        ("log",),
        ("exchange",),
        ("weighing", "reward_model"),
        ("estimators", "estimate"),
        ("evaluating", "candidates"),
        ("choosing",),
        ("shown",),
    ),
    "agents": (
        ("memory",),
        ("parameters", "inputs", "decision"),
        ("backups", "tabular"),
        ("policy_agent", "return_variances"),
        ("temporal_difference",),
        ("bandits", "control", "large", "linear", "planning"),
    ),
    "envs": (
        ("batched", "canvas", "entries"),
        ("_specs", "tables", "bandits", "spaces", "contexts"),
        ("problems", "physics"),
        ("forms",),
        ("making",),
    ),
}
"""From the lowest to the highest: a folder or file imports itself and what is lower, never what is beside it."""


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def wrong_imports(module, imported, order=ORDER):
    """The imports of a module that go up, or sideways, in the order of a package."""
    wrong = []
    for package, tiers in order.items():
        tier = {name: number for number, names in enumerate(tiers) for name in names}
        if not module.startswith(package + "."):
            continue
        here = module[len(package) + 1 :].split(".")[0]
        for name in imported:
            there = name[len(package) + 1 :].split(".")[0]
            if name.startswith(package + ".") and there in tier and there != here and tier[there] >= tier[here]:
                wrong.append(name)
    return wrong


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_folders_import_only_what_is_lower(path):
    # The deepest name of a from-import may be a class, so both the module and the name are looked at.
    assert not wrong_imports(module_of(path), set(imports(path)))


def test_every_folder_and_file_stands_in_the_order():
    for package, tiers in ORDER.items():
        folder = ROOT / package.replace(".", "/")
        there = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
        assert there - {"__init__"} == {name for names in tiers for name in names}, package


def test_the_check_of_the_order_can_fail():
    assert wrong_imports("boltzmann.schedules.ramps", {"boltzmann.policies"}) == ["boltzmann.policies"]
    assert wrong_imports("boltzmann.gibbs.functions", {"boltzmann.categorical.Categorical"})
    assert not wrong_imports("boltzmann.policies.softmax", {"boltzmann.gibbs", "boltzmann.policies.plain"})


FACES = [module_of(path) for path in modules() if path.name == "__init__.py" and path.parent.parent != ROOT]


def past_faces(module, path):
    """The imports of a file that reach past the face of another folder."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            for face in FACES:
                if (
                    face != "boltzmann.experiments"
                    and name.startswith(face + ".")
                    and not (module + ".").startswith(face + ".")
                ):
                    yield name


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_other_folders_import_a_folder_by_its_face(path):
    assert not list(past_faces(module_of(path), path))


def test_the_check_of_faces_can_fail(tmp_path):
    (tmp_path / "wrong.py").write_text("from boltzmann.gibbs.functions import softmax")
    assert list(past_faces("boltzmann.policies.wrong", tmp_path / "wrong.py"))
    assert not list(past_faces("boltzmann.gibbs.wrong", tmp_path / "wrong.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_no_two_files_of_a_package_have_one_name(room):
    paths = (path for path in (ROOT / room).rglob("*.py") if path.stem not in ("__init__", "__main__"))
    stems = [path.stem.strip("_").removesuffix("s") for path in paths]
    assert sorted(stems) == sorted(set(stems))


def test_folders_are_small():
    folders = {path.parent for path in modules()}
    for folder in folders:
        files = [path for path in folder.glob("*.py") if path.stem != "__init__"]
        assert len(files) <= 12, f"{folder.relative_to(ROOT)} holds {len(files)} files"


def loaded_by(statement):
    script = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    return {name.split(".")[0] for name in run.stdout.split()}


HEAVY = {"scipy", "pandas", "seaborn", "matplotlib", "gymnasium", "joblib", "tqdm", "tyro", "torch", "jax", "numba"}


def test_importing_boltzmann_loads_numpy_alone():
    loaded = loaded_by("import boltzmann")
    assert "numpy" in loaded
    assert not loaded & HEAVY
    assert not loaded & {"agents", "envs", "scripts"}
    third_party = loaded - set(sys.stdlib_module_names) - {"boltzmann"}
    assert {name.split(".")[0].lstrip("_") for name in third_party} <= {"numpy"} | {
        name for name in third_party if name.startswith("_")
    }


def test_using_the_core_loads_no_scipy():
    code = "import boltzmann, numpy; boltzmann.Boltzmann(0.5)([1., 2.]).sample(numpy.random.default_rng(0))"
    assert not loaded_by(code) & HEAVY


def test_drawing_libraries_wait_until_something_is_drawn():
    assert not loaded_by("import boltzmann.experiments") & {"seaborn", "matplotlib", "pandas"}


def test_every_file_is_of_a_size_that_reads_well():
    for path in modules():
        lines = len(path.read_text().splitlines())
        assert lines <= 250, f"{path.name} has {lines} lines"


def test_locked_requirements_hold_no_address():
    locked = [*ROOT.glob("requirements*.txt"), *ROOT.glob("*.lock")]
    assert locked
    for path in locked:
        assert "://" not in path.read_text()
        names = {line.split("==")[0].lower() for line in path.read_text().splitlines() if not line.startswith("#")}
        assert not names & {"torch", "jax", "jaxlib"}


def test_every_script_runs_in_continuous_integration():
    script = (ROOT / ".ci" / "run").read_text()
    runnable = [path.stem for path in (ROOT / "scripts").glob("*.py") if "__main__" in path.read_text()]
    assert runnable
    for name in runnable:
        assert f"scripts.{name}" in script


def test_no_global_random_state_is_used():
    for path in modules():
        assert "np.random.seed" not in path.read_text()
        for name in imports(path):
            assert name.split(".")[0] != "random"

"""The rooms: who imports whom, what a light import loads, and what no file may hold."""

import ast
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

ROOMS = ("boltzmann", "agents", "envs", "scripts")
MAY_IMPORT = {
    "boltzmann": {"boltzmann"},
    "agents": {"agents", "boltzmann"},
    "envs": {"envs"},
    "scripts": {"scripts", "agents", "envs", "boltzmann"},
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
    ours = {name.split(".")[0] for name in imports(path)} & {*ROOMS, "tests", "benchmarks"}
    assert ours <= MAY_IMPORT[room]
    if path.parent.name == "boltzmann":
        assert not [name for name in imports(path) if name.startswith("boltzmann.experiments")]


def test_the_check_of_directions_can_fail(tmp_path):
    (tmp_path / "wrong.py").write_text("def f():\n    from agents import QLearning\n")
    assert "agents" in set(imports(tmp_path / "wrong.py"))


def test_there_are_no_import_cycles():
    edges = {}
    for path in modules():
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        edges[name] = set(imports(path))
    edges = {name: {target for target in targets if target in edges} for name, targets in edges.items()}
    for name, targets in edges.items():
        # "from package import module" goes to the module; the package above it is loaded before either.
        edges[name] = {t for t in targets if not (name + ".").startswith(t + ".")}
    done, path = set(), []

    def visit(name):
        assert name not in path, f"cycle: {' -> '.join([*path[path.index(name) :], name])}"
        if name not in done:
            path.append(name)
            for target in edges[name]:
                visit(target)
            done.add(path.pop())

    for name in edges:
        visit(name)


def loaded_by(statement):
    script = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    return {name.split(".")[0] for name in found.stdout.split()}


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

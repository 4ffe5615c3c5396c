"""The example notebook runs from the first cell to the last, and its objects show HTML."""

import pytest

from tests.support.paths import ROOT

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
NOTEBOOK = ROOT / "docs" / "notebooks" / "boltzmann_in_a_notebook.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook after a run in an empty folder; a cell that fails raises here."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(cell):
    return {kind for output in cell.outputs for kind in output.get("data", {})}


def test_the_cells_of_an_object_show_html(executed):
    shown = [cell for cell in executed if kinds(cell)]
    assert len(shown) >= 9
    for cell in shown:
        assert kinds(cell) & {"text/html", "image/png", "application/vnd.jupyter.widget-view+json"}, cell.source


def test_no_cell_warns(executed):
    assert not [output.text for cell in executed for output in cell.outputs if output.get("name") == "stderr"]


def test_the_stored_outputs_are_of_these_cells():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")

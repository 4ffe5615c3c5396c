"""Sphinx's settings of the site, which ``make docs`` builds from the sources that ``staging`` lays out."""

import dataclasses
import inspect
from typing import Any

import boltzmann

project = "boltzmann-exploration"
author = "the authors of boltzmann-exploration"
version = release = boltzmann.__version__
project_copyright = "MIT licence"
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
myst_enable_extensions = ["attrs_inline", "colon_fence"]
# As GitHub makes the anchors of headings.
myst_heading_anchors = 4
# What the addresses of pages elsewhere hold is not known here: the site is built and read without a network.
suppress_warnings = ["myst.strikethrough"]

autodoc_mock_imports = ["torch", "stable_baselines3", "sb3_contrib"]
# The parameters of a docstring state types and shapes; annotations would say them again, less readably.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "special-members": "__call__"}
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_validation_checks: set[str] = set()
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "Boltzmann exploration"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True, "top_of_page_buttons": []}
pygments_style, pygments_dark_style = "friendly", "github-dark"
# The console's prompt is no part of what is copied or searched.
highlight_language = "none"


def _signature_of_fields(
    app: Any, what: str, name: str, thing: Any, options: Any, signature: str | None, answer: str | None
) -> tuple[str, str | None] | None:
    """Show the fields of a dataclass; Sphinx asks ``__new__``, which takes anything so that errors can help."""
    if what != "class" or not dataclasses.is_dataclass(thing):
        return None
    _, *parameters = inspect.signature(thing.__init__).parameters.values()
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return str(inspect.Signature(bare)), None


def setup(app: Any) -> None:
    """Let the signatures of dataclasses be those of their fields."""
    app.connect("autodoc-process-signature", _signature_of_fields)

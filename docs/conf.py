"""Sphinx's settings for the site; ``python -m scripts.site`` builds it."""

import minidl

project = "minidl"
author = "The minidl authors"
copyright = "2026, The minidl authors"
release = version = minidl.__version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "scripts.site.mathml",
]
nb_execution_mode = "off"  # as they are stored
nb_ipywidgets_js = {}
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]

html_theme = "furo"
html_title = "minidl"
html_math_renderer = "mathml"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_show_search_summary = False  # it fetches pages, which browsers forbid in a local folder
html_show_sphinx = False
html_copy_source = False

default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_rtype = False

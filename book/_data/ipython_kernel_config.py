"""IPython in the kernels that execute the book: figures are SVG without a date."""

c = get_config()  # noqa: F821 - IPython defines it
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
c.HistoryManager.enabled = False

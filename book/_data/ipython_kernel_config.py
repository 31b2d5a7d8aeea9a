"""IPython in the kernels that execute the book: figures are SVG without a date, for two widths.

It is also noted what a kernel reads, so that a page is executed again when that has changed.
"""

from autograder.authoring import reads

reads.watch()
c = get_config()  # noqa: F821 - IPython defines it
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
c.CourseFigures.narrow = True  # read by dropout_course.lab.plots
c.HistoryManager.enabled = False

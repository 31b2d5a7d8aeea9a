"""How nbgrader releases a derived notebook.

The notebook in `notebooks/` is already the release: its stubs come from the references. With its
default steps nbgrader would replace every solution cell, signature and docstring included, so
`ClearSolutions` (and the region cleaners, which look for markers that we don't use) are left out.
"""

from __future__ import annotations

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    ComputeChecksums,
    IncludeHeaderFooter,
    LockCells,
    SaveCells,
)

# c.GenerateAssignment.preprocessors = RELEASE_PREPROCESSORS, in nbgrader_config.py
RELEASE_PREPROCESSORS = [
    IncludeHeaderFooter,
    LockCells,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    CheckCellMetadata,
]

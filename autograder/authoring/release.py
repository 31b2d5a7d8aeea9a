"""How nbgrader releases a derived notebook.

The notebook in `notebooks/` is already the release: its stubs come from the references. With its
default steps nbgrader would replace every solution cell, signature and docstring included, so
`ClearSolutions` (and the region cleaners, which look for markers that we don't use) are taken for
an instructor's own assignments alone.
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

from autograder.classroom.submissions.others import (
    ClearHiddenTests,
    ClearMarkScheme,
    ClearSolutions,
    InstantiateTests,
)

# c.GenerateAssignment.preprocessors = RELEASE_PREPROCESSORS, in nbgrader_config.py
RELEASE_PREPROCESSORS = [
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]

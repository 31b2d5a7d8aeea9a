"""What a plantable bug is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.capstone.inputs import INPUTS

OWN = "from teaching"


@dataclass(frozen=True)
class Bug:
    """A bug, and what shows it.

    Attributes
    ----------
    id, file : str
        Its name, and the module of the package it is in.
    right, wrong : str
        Text that occurs once in the clean module, and what stands there instead.
    says : str
        What is wrong, for the feedback after grading.
    scene : str
        The function of `autograder.capstone.scenes` that shows it, or that of
        `dropnet.uncertainty` which the scene `ask` calls.
    source : str
        Where it, or one of its kind, was seen: an issue, a pull request, or a file.
    tolerance : float
        Of the comparison with the clean package.
    """

    id: str
    file: str
    right: str
    wrong: str
    says: str
    scene: str
    source: str = OWN
    tolerance: float = 1e-9

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        """Draw what the scene is played with."""
        return INPUTS[self.scene](rng)

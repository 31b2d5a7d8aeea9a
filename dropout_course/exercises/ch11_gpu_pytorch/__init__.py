"""What the exercises of chapter 11, PyTorch and the GPU, share.

Nothing here imports torch before an answer runs: whoever judges gets plain arrays from scenes.
"""

from __future__ import annotations

import numpy as np

ONES = np.ones((100, 120))

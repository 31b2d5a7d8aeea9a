"""Hidden laws of 8.5 fit_concrete_p: other data, other seeds."""

from __future__ import annotations

from dropout_course.exercises.ch08_weights_and_rates import fit_concrete_p as visible

data_decides = visible.data_decides.elsewhere(weight=1.5)(visible.data_decides.body)
entropy_decides = visible.entropy_decides.elsewhere(weight=1)(visible.entropy_decides.body)
start = visible.start.elsewhere(weight=0.5)(visible.start.body)

"""How long a notebook may take: the limits of grading, each with its unit in its name.

Processor time is that of all threads of the notebook's process. A process that waits is idle; one
that works a fifth of the time by the wall waits for the machine, which is not its fault.
`autograder.referee.Config` takes others; `book/how-to-use.md` has them for students.
"""

CELL_SECONDS = 20.0  # processor time of one cell; then it is interrupted inside
CELLS_SECONDS = 240.0  # processor time of all cells together; then each has only …
SPENT_CELL_SECONDS = 2.0  # … this, and so has an interrupted cell that must run again
GRACE_SECONDS = 4.0  # processor time for an interrupt to be heeded; then the process is ended
CELL_IDLE_SECONDS = 10.0  # of waiting in one cell; then it is interrupted
CELLS_IDLE_SECONDS = 40.0  # of waiting in all cells; then each has only …
SPENT_CELL_IDLE_SECONDS = 0.2  # … this
NOTEBOOK_IDLE_SECONDS = 60.0  # of waiting in cells and calls; then the notebook is left
CALLS_SECONDS = 20.0  # processor time of all calls for one exercise
CALLS_IDLE_SECONDS = 15.0  # of waiting in the calls for one exercise
NOTEBOOK_SECONDS = 900.0  # by the wall, for all of it
RESTARTS = 3  # processes that may follow the first, each of which costs what ended the one before
BUSY_FACTOR = 5.0  # by the wall: idle seconds are those beyond this many times the worked ones

FILES_BYTES = 5_000_000  # of all files beside a notebook that it may read

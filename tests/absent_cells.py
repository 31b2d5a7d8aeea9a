"""Cells that name libraries which are not there.

`USES` do no harm, and run; `FAILS` hold imports that may fail, and set `F` where they do; `USED`
are expressions that need torch; `BARS` are those of tqdm.
"""

from __future__ import annotations


def cells(text):
    return text.strip("\n").split("\n\n")


USES = cells("""
import torch, pandas as pd
print(torch.__version__, pd.__version__)

import torch
assert int(torch.__version__.split('.')[0]) >= 2 and torch.__version__ >= '2.0'

import pandas as pd
assert tuple(map(int, pd.__version__.split('.'))) > (1, 5)

import numpy as np, torch
def f(x: np.ndarray | torch.Tensor) -> torch.Tensor | None: 0

import torch
x: int | torch.Tensor | None = 1
T = torch.Tensor | torch.Tensor
from typing import *
x: Optional[list[torch.Tensor]]
y: Union[int, torch.Size]

import numpy as np
from jaxtyping import Float
def f(x: Float[np.ndarray, 'n d']): 0

import numpy as np, torch
assert isinstance(np.ones(1), np.ndarray | torch.Tensor)
assert isinstance(np.ones(1), (torch.Tensor, np.ndarray))

import torch
assert not isinstance(1, torch.Tensor) and not issubclass(int, torch.Tensor)
from torch import nn
assert isinstance(1, int | nn.Module)
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()

from torch.utils.data import Dataset
import abc
class D(Dataset, abc.ABC, tag=1): pass

import torch
TAU = 2 * torch.pi
assert 6.28 < TAU < 6.29

import copy, torch
assert copy.deepcopy([torch.float32]) == [torch.float32] != [torch.int]

import dataclasses, torch
@dataclasses.dataclass
class C:
    d: torch.dtype = torch.float32

import numpy as np, torch
assert np.float32(1).dtype != torch.float32

import torch
print(torch, torch.nn, f'{torch.Tensor}')
torch.manual_seed(0)
torch.cuda.manual_seed_all(0)
torch.set_num_threads(1)
torch.backends.cudnn.deterministic = True
torch.set_default_dtype(torch.double)
torch.use_deterministic_algorithms(True)
torch.set_printoptions(precision=3)
D = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
print(D, D.type)
assert not torch.backends.mps.is_available()

import pandas as pd
pd.set_option('display.precision', 3)
pd.options.display.max_rows = 9

import seaborn as sns
sns.set()
sns.set_theme(style='x')
sns.set_style('x')
sns.despine()

import warnings, pandas as pd
warnings.filterwarnings('ignore', category=pd.errors.AWarning)

import pandas as pd
try:
    1 / 0
except (pd.errors.ParserError, ZeroDivisionError):
    0

import torch
@torch.no_grad()
def f(x): return x
@torch.no_grad
def g(x): return f(x)
with torch.no_grad():
    assert g(2) == 2
@torch.inference_mode()
def f(x): return x
assert f(2) == 2

import numba
from numba import njit, prange
@njit
def f(n): return sum(prange(n))
@numba.jit(nopython=True)
def g(n): return f(n)
assert g(3) == 3

from numba import float64, njit
@njit(float64(float64[:]))
def f(x): return x
assert f(1) == 1

import numpy as np
from numba import vectorize
@vectorize
def f(x):
    return x if x > 0 else 0
assert f(np.array([[-1.0, 0.5]])).tolist() == [[0, 0.5]] and f(2) == 2

from numba import vectorize
@vectorize(['float64(float64)'])
def f(x): return x
assert f(2) == 2

import triton, triton.language as tl
@triton.jit
def kernel(x, N: tl.constexpr): tl.store(x, N)

from icecream import ic
assert ic(2) + 1 == 3 and ic(1, 2) == (1, 2) and ic() is None

import wandb
with wandb.init(project='x') as run:
    wandb.log({'a': 1})
run.finish()

from torch.utils.tensorboard import SummaryWriter
w = SummaryWriter('x')
w.add_scalar('a', 1, 2)

from google.colab import drive, files, output, userdata
drive.mount('/x')
files.download('x')
for name in files.upload():
    1 / 0

import torchvision, triton, einops, polars as pl, transformers.utils, lightning as L, keras

import importlib
torch = importlib.import_module('torch')
""")
FAILS = cells("""
import importlib
try:
    importlib.import_module('pandas')
except ImportError:
    F = 1

from contextlib import suppress
F = 1
with suppress(ImportError):
    import pandas
    F = 0

import contextlib
F = 1
with contextlib.suppress(Exception):
    import pandas
    F = 0

E = (ImportError, OSError)
try:
    import pandas
except E:
    F = 1

E = ImportError,
import contextlib
F = 1
with contextlib.suppress(*E):
    import pandas
    F = 0

import builtins
try:
    import pandas
except builtins.ModuleNotFoundError:
    F = 1

def has(name):
    import importlib
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
F = has('torchvision') is None

from importlib.util import find_spec
import pandas
F = find_spec('pandas') is None

import importlib
F = importlib.util.find_spec('google') is None

try:
    import google.colab
    F = 0
except ImportError:
    F = 1
""")


USED = ["torch.rand(3)", "2 * torch.x", "torch.x - 1", "torch.x[0]", "x @ torch.x", "x + torch.x"]
USED += ["1 | torch.x", "np.exp(torch.x)", "np.asarray(torch.x)", "math.sqrt(torch.x)", "-torch.x"]
USED += ["f'{torch.x:.3f}'", "torch.x < 1", "list(torch.x)", "len(torch.x)", "open(torch.x)"]
USED += ["np.sum(torch.x)", "range(torch.x)", "torch.nn.MSELoss()", "with_torch()", "Net(1)"]
USED += ["3 in torch.x", "torch.x ** 2", "math.floor(torch.x)", "divmod(3, torch.x)", "x[torch.x]"]


BARS = cells("""
from tqdm.auto import *
assert list(trange(3)) == [0, 1, 2] and len(tqdm([1])) == 1

import tqdm
assert list(tqdm.notebook.tqdm([1])) == [1] and tqdm.__version__

from tqdm import tqdm
tqdm.pandas(desc='x')
tqdm._instances.clear()
tqdm.monitor_interval = 0
for bar in list(tqdm._instances):
    bar.close()
b = tqdm(total=4)
b.update(2)
assert b.last_print_n == 2 == b.n
b.last_print_n = 0
assert b.format_interval(3725) == '1:02:05'
b.anything(1).more
b.reset()
assert tqdm.format_interval(65) == '01:05' and b.n == 0
with tqdm.get_lock():
    tqdm.write('x', end='')

from tqdm.contrib.concurrent import process_map, thread_map
assert thread_map(abs, [-1], max_workers=2) == [1] == process_map(abs, [1], chunksize=1)

from tqdm.contrib import tenumerate, tzip
assert list(tenumerate('ab', 1, desc='x'))[0] == (1, 'a')
assert list(tzip('a', 'b', leave=False)) == [('a', 'b')]

from tqdm import tqdm
assert list(reversed(tqdm([1, 2]))) == [2, 1] and 1 in tqdm([1])
assert 'Bar' not in f'{tqdm} {tqdm([1])!r} {tqdm.__name__}'
assert tqdm([1], 'x', 5, False).total == 5 and tqdm([1]).total == 1
class Mine(tqdm): pass
assert list(Mine(range(2))) == [0, 1]
""")

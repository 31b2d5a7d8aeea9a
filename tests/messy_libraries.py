"""More of these notebooks: what libraries bring with them that are not installed at grading."""

from __future__ import annotations

from messy import Make, _own

LIBRARIES: dict[str, Make] = {
    "versions of what is not installed": _own(
        "import torch, pandas as pd\nprint(torch.__version__, pd.__version__)\n"
        "assert int(torch.__version__.split('.')[0]) >= 2\nANSWER"
    ),
    "types of torch": _own(
        "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    pass\n"
        "def same(x: np.ndarray | torch.Tensor, y: torch.Tensor | None = None):\n"
        "    return x if isinstance(x, (np.ndarray, torch.Tensor)) else None\n"
        "assert not issubclass(int, torch.Tensor)\nTAU = 2 * torch.pi",
        "right = 6 < TAU < 7\nassert right and same(np.ones(1)) == 1\nANSWER",
    ),
    "set-up of what is not used": _own(
        "import torch, pandas as pd, seaborn as sns\ntorch.manual_seed(0)\n"
        "torch.cuda.manual_seed_all(0)\ntorch.set_num_threads(1)\nsns.set_theme()\n"
        "torch.use_deterministic_algorithms(True)\npd.set_option('display.precision', 3)\n"
        "device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')\nprint(device)",
        "assert device != 1\nANSWER",
    ),
    "decorators that change no value": _own(
        "import torch\nfrom numba import njit\n@njit(cache=True)\ndef one(x):\n    return x\n"
        "@njit\ndef two(x):\n    return one(x)\n"
        "@torch.no_grad()\ndef three(x):\n    return two(x)\n"
        "with torch.no_grad():\n    K = three(1)",
        "assert K == 1\nANSWER",
    ),
    "import_module that may fail": _own(
        "import importlib\ntry:\n    pd = importlib.import_module('pandas')\n"
        "except ImportError:\n    pd = None",
        "assert pd is None\nANSWER",
    ),
    "suppress of a failed import": _own(
        "from contextlib import suppress\npd = None\nwith suppress(ImportError):\n"
        "    import pandas as pd",
        "assert pd is None\nANSWER",
    ),
    "a guard of one's own": _own(
        "E = (ImportError, OSError)\ntry:\n    import pandas as pd\nexcept E:\n    pd = None",
        "assert pd is None\nANSWER",
    ),
    "libraries imported by habit": _own(
        "import einops, polars as pl, wandb, transformers, torchvision, triton, torchinfo\n"
        "from torch.utils.tensorboard import SummaryWriter\nimport lightning as L, altair as alt\n"
        "log = SummaryWriter('runs')\nlog.add_scalar('x', 1, 2)\nwandb.init(project='x')\nANSWER"
    ),
    "google.colab": _own(
        "from google.colab import drive, files, output, userdata\ndrive.mount('/content/drive')",
        "import sys\nassert 'google.colab' not in sys.modules\nANSWER",
    ),
    "bars that are asked much": _own(
        "from tqdm import tqdm\nfrom tqdm.contrib.concurrent import process_map, thread_map\n"
        "tqdm.pandas()\ntqdm._instances.clear()\ntqdm.monitor_interval = 0\n"
        "bar = tqdm(range(3))\nfor i in bar:\n    pass\n"
        "assert bar.last_print_n == 3 and bar.format_interval(65) == '01:05'\nbar.start()\n"
        "assert thread_map(abs, [-1]) == process_map(abs, [1], chunksize=1) == [1]\nANSWER"
    ),
}

"""Does every module import, and does a short run end? It says nothing about bugs."""

from dataclasses import replace

from dropnet.config import Config
from dropnet.data import load_digits, prepare
from dropnet.train import run
from dropnet.uncertainty import mc_passes, summarise

config = replace(Config(), epochs=2)
data = prepare(*load_digits(), config.noise, 10, config.seed)
network, _ = run(data, config)
summary = summarise(mc_passes(network, data.test.X[:20], 3, config.seed))
print("It runs: " + ", ".join(f"{name} {value.shape}" for name, value in summary.items()))

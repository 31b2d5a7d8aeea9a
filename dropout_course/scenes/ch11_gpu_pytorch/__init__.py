"""Scenes of chapter 11; torch is imported when one runs, for others load them without it."""

from dropout_course.scenes.ch11_gpu_pytorch import coins, modes

SCENES = {**coins.SCENES, **modes.SCENES}

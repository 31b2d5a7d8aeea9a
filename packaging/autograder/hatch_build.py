"""Puts the two packages of the checkout into the wheel; an editable install finds them in place."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CHECKOUT = Path(__file__).resolve().parents[2]


class Hook(BuildHookInterface):
    """Adds `autograder` and `solutions` to a wheel that is not editable."""

    def initialize(self, version, build_data):
        """Name what goes into the wheel."""
        if version != "editable":
            for package in ("autograder", "solutions"):
                build_data["force_include"][str(CHECKOUT / package)] = package

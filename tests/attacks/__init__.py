"""Attacks on the grader, and honest notebooks that must not be mistaken for one.

Each attack is a hostile notebook, a hostile folder, or a hostile process at the other end of the
wire. `harness` runs it along the path of a submission and gives the laws that it broke; `corpus`
holds all of them. Every bomb is bounded, for the case that the wall in its way does not hold.
"""

"""The engine of the checks: laws, inputs, the wire to an answer, judging, naming, and reports.

`inside` is the half that stands beside a student's code; everything else judges from outside.
"""

"""Naming the mistake in a wrong answer by its symptoms.

Every question is asked of the answer. A mistake is named if the answer shows all its symptoms:
to each question that the mistake answers wrongly, the answer says the same as the mistake. What
else the answer does does not matter, so that an odd edge hides nothing. Edges count only for
mistakes that consist of nothing else; and while something in the heart of the matter is wrong
that no known mistake explains, none is named by an edge alone.
"""

from __future__ import annotations

from typing import Any

from dropout_course.engine.features import alike
from dropout_course.engine.mistakes import MISSING, Bank, Mistake
from dropout_course.engine.student import Student

NAMED = 2  # so many mistakes are named at most


def name_mistakes(student: Student, bank: Bank) -> tuple[Mistake, ...]:
    """Find the known mistakes that an answer shows: the primary one first, two at most."""
    given = {question.name: question.ask(student) for question in bank.questions}
    symptoms = {mistake.id: _telling(mistake, bank) for mistake in bank.mistakes}
    shown = [m for m in bank.mistakes if symptoms[m.id] and _shows(m, symptoms[m.id], given, bank)]
    # One that explains all that another does, and more, is the better explanation.
    shown = [m for m in shown if not any(symptoms[m.id] < symptoms[o.id] for o in shown)]
    edges = {question.name for question in bank.questions if question.edge}
    explained = set().union(*(symptoms[m.id] for m in shown)) if shown else set()
    if _unexplained(given, explained, bank):
        shown = [m for m in shown if not symptoms[m.id] <= edges]
    # An edge that comes with the mistake in the heart of the matter is none of its own.
    whole = [set(bank.symptoms[m.id]) for m in shown if not symptoms[m.id] <= edges]
    shown = [
        m
        for m in shown
        if not symptoms[m.id] <= edges or not any(symptoms[m.id] <= found for found in whole)
    ]
    order = [question.name for question in bank.questions]
    first = {m.id: min(order.index(name) for name in symptoms[m.id]) for m in shown}
    shown.sort(key=lambda m: (symptoms[m.id] <= edges, -len(symptoms[m.id]), first[m.id]))
    named: list[Mistake] = []
    for mistake in shown:
        if not any(symptoms[mistake.id] & symptoms[other.id] for other in named):
            named.append(mistake)
    return tuple(named[:NAMED])


def _telling(mistake: Mistake, bank: Bank) -> set[str]:
    """Give the symptoms that a mistake is known by: edges only where there is nothing else."""
    found = set(bank.symptoms.get(mistake.id, ()))
    heart = {q.name for q in bank.questions if not q.edge and q.name in found}
    return heart or found


def _shows(mistake: Mistake, symptoms: set[str], given: dict[str, Any], bank: Bank) -> bool:
    return all(
        alike(given[question.name], bank.of_mistake(mistake, question))
        for question in bank.questions
        if question.name in symptoms
    )


def _unexplained(given: dict[str, Any], explained: set[str], bank: Bank) -> bool:
    """Whether something in the heart of the matter is wrong, and no mistake shown explains it."""
    for question in bank.questions:
        if question.edge or question.name in explained:
            continue
        right = bank.right(question)
        if not alike(right, MISSING) and not alike(given[question.name], right):
            return True
    return False

"""The small book that the tests of cards, citations and the ways through a page share."""

from __future__ import annotations

BIB = """
@book{gal2016, author = {Yarin Gal}, title = {Uncertainty in Deep Learning}, year = {2016},
  publisher = {Cambridge}}
@article{two2016b, author = {Yarin Gal and Zoubin Ghahramani}, title = {Zebras}, year = {2016},
  journal = {A Journal}, eprint = {1506.02142}, archiveprefix = {arXiv}}
@article{two2016a, author = {Yarin Gal and Zoubin Ghahramani}, title = {Apes}, year = {2016},
  journal = {A Journal}}
@article{many2014, author = {Nitish Srivastava and Geoffrey Hinton and Alex Krizhevsky},
  title = {Dropout}, year = {2014}, journal = {JMLR}}
"""

INDEX = """# The book

Words about {term}`dropout`.

```{toctree}
03-forward
04-backward-with-a-title-that-is-far-too-long-for-a-telephone
glossary
references
status
```
"""

FILLER = "\n\n".join(
    f"Paragraph {n} says nothing new, at length, so that the page is long." for n in range(30)
)

FORWARD = rf"""# The dropout forward pass

A first word on {{term}}`dropout`, by {{cite:t}}`many2014`, and again {{cite:p}}`two2016b,gal2016`.
See {{eq}}`eq:mean` here, {{eq}}`eq:back` there, {{numref}}`fig-mark`, {{numref}}`tab-long`
and {{numref}}`fig-elsewhere`, and {{eq}}`eq:wide`.
The rate is $p$, the rest ($q$). At 30 % of 20 ms, {{cite:t}}`two2016a`, chapter 3, with $n$ %.

$$\E[y] = q\,x + \frac{{a}}{{b}} + \frac{{c}}{{d}}$$ (eq:mean)

```{{figure}} _static/favicon.svg
:name: fig-mark
:alt: Nine circles, three of them hollow.

The mark of the book, see {{term}}`dropout`.
```

## First section

{FILLER}

(sec-second)=
## Second section

{FILLER}

### A part of it

{FILLER}

## Last section

```{{table}} A long table
:name: tab-long

| n | square |
|---|--------|
| 1 | 1 |
| 2 | 4 |
| 3 | 9 |
| 4 | 16 |
| 5 | 25 |
| 6 | 36 |
```

{{ref}}`To the second section <sec-second>` and {{term}}`dropout` at the very end.
"""

BACKWARD = r"""# Backward, with a title that is far too long for the header of any telephone

$$\frac{\partial L}{\partial x} = m\,\frac{\partial L}{\partial y}$$ (eq:back)

$$\begin{aligned}
z &= x_1 + x_2 + x_3 + x_4 + x_5 + x_6 + x_7 + x_8 + x_9 + x_{10} + x_{11}
\end{aligned}$$ (eq:wide)

```{figure} _static/favicon.svg
:name: fig-elsewhere
:alt: Nine circles.

A figure of another chapter.
```

By {cite:t}`many2014`.
"""

GLOSSARY = """# Glossary

:::{glossary}
dropout
  Multiplies each unit by 0 or 1/(1 − $p$), with {term}`inverted scaling`.

inverted scaling
  Dividing by $q$ in training, see {cite:t}`many2014`.
:::
"""

FILES = {
    "index.md": INDEX,
    "03-forward.md": FORWARD,
    "04-backward-with-a-title-that-is-far-too-long-for-a-telephone.md": BACKWARD,
    "glossary.md": GLOSSARY,
    "references.md": "# References\n\n```{bibliography}\n:all:\n```\n",
    "status.md": "# Status\n",
    "references.bib": BIB,
}

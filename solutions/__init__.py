"""What is right: the reference answers, one module a chapter.

Plain functions and classes on NumPy and the standard library, in the symbols of the book:
``p`` is the probability of dropping, ``q = 1 - p`` of keeping, and a mask is True where a
unit is kept.  The pages run on these functions, the notebooks derive their stubs from
them, and the hidden laws compare answers with them.  Nothing here imports another
package of the course, and no notebook imports anything from here.
"""

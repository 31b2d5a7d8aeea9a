"""Answers of people who had not seen the bank of mistakes, to see which of them it names.

Three wrong answers an exercise, each by one misconception, and unusual right ones where there are
any. They were written from the notebooks and the syllabus alone, before the exercises' laws,
questions and mistakes were read. Round 2 came after the mistakes of some other exercises had been;
`first.json` keeps what the bank said of each at first sight. Whatever is learned from them must not
be copied into the bank word by word, or they say nothing any more.
"""

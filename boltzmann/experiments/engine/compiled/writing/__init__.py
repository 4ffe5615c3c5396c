"""Laws become text.

- ``symbols``: a law called with symbols leaves lines of code
- ``kernels``: a kernel while it is written: its lines, arguments and working memory
- ``folds``: passes over the actions of a block of rows, and the choice of actions
"""

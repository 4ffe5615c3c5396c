"""How well policies do without tuning: a suite of tasks, each beside the best hand-tuned Boltzmann schedule.

- ``tasks``: the tasks, by groups
- ``tuning``: the search for each task's best schedules, on seeds of its own; its result is ``references.json``
- ``scoring``: runs, and the ratio of what a policy gains over uniform to what the tuned schedule gains
- ``showing``: tables, figures and the page
"""

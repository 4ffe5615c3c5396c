"""The project beside plain C and beside other libraries: ``python -m benchmarks.engines``.

- ``laws``: every policy, learner and world
- ``works``: what is timed, as this project and as C do it; ``yardstick``: the C code, compiled and called
- ``measuring``: the engines beside the yardstick; ``anatomy``: the parts of one step
- ``batches``: a step of numbered single environments, in one call and row by row
- ``peers``: other libraries, each in a process of its own that runs ``peer_runs``
- ``reporting``: the lines that are printed, and the files
"""

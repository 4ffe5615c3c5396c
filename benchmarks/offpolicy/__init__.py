"""Off-policy answers where the truth is known, and beside other libraries: ``python -m benchmarks.offpolicy``.

- ``logged_problems``: bandits that are logged at one temperature, with the true value of every other
- ``coverage``: how often intervals hold, and what picking a temperature gains
- ``beside_peers``: the same estimates in other libraries; ``peer_estimates`` runs in an environment of theirs
"""

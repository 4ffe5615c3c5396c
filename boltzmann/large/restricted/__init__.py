"""The softmax of the best actions alone.

- ``restrictions``: the k largest values, a nucleus (top-p), and min-p
"""

from boltzmann.large.restricted.restrictions import RestrictedGibbs, min_p_gibbs, nucleus_gibbs, top_k_gibbs

__all__ = ["RestrictedGibbs", "min_p_gibbs", "nucleus_gibbs", "top_k_gibbs"]

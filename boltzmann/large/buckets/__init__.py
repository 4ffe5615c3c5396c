"""A Gibbs distribution whose values and temperature change at every draw.

- ``gibbs_buckets``: buckets of values
- ``bucket_steps``: their steps, number by number; ``bucket_layout``: all buckets at once
- ``bucket_sums``: quantities at any temperature
- ``bucket_draws``: draws until all are accepted; one change of two structures
"""

from boltzmann.large.buckets.gibbs_buckets import GibbsBuckets

__all__ = ["GibbsBuckets"]

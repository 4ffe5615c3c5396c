"""A Gibbs distribution whose values and temperature change at every draw.

- ``gibbs_buckets``: buckets of values
- ``bucket_steps``: their steps, number by number; ``bucket_layout``: all buckets at once
- ``bucket_sums``: quantities at any temperature
- ``temperatures``: what a schedule or a thermostat says for such a distribution
- ``bucket_draws``: draws until all are accepted; one change of two structures
"""

from boltzmann.large.buckets.gibbs_buckets import GibbsBuckets
from boltzmann.large.buckets.temperatures import temperature_for

__all__ = ["GibbsBuckets", "temperature_for"]

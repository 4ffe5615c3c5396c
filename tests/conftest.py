"""Settings for the whole suite."""

from hypothesis import settings

# Time limits a case would make a noisy machine fail the suite.
settings.register_profile("thorough", deadline=None, print_blob=True)
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=12)
# On the lowest versions a call may fail, and it does so with the first example.
settings.register_profile("few", settings.get_profile("thorough"), max_examples=3)
settings.load_profile("quick")

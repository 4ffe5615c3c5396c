"""Settings for the whole suite."""

from hypothesis import settings

# Time limits a case would make a noisy machine fail the suite.
settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")

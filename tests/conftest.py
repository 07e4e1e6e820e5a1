"""Settings that all tests share."""

from hypothesis import settings

# A busy machine is no failure, and every run draws the same examples.
settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.load_profile("reproducible")

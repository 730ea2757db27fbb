"""What holds for all tests: Hypothesis draws the same examples each time, or others with `--hypothesis-profile random`."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("random", print_blob=True)
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")

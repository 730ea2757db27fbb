"""Hypothesis draws the same examples each time; `--hypothesis-profile random` draws others."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("random", print_blob=True)
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")

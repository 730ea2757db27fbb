"""Models drawn by Hypothesis, and changed by it: whatever comes of them, a lint ends in a report of its own shape.

Hypothesis makes every choice of the mutators, so that what fails is shrunk to the smallest model and fewest changes.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linter.api import lint
from linter.build import Built
from linter.reporters import REPORTERS
from linter.schema import PUBLISHED
from linter.write import keras_archive
from tests.hostile import attacks_saved_model, base, mutations
from tests.hostile.attack import put
from tests.linter.fixes.generated import models

RANDOM = st.randoms(use_true_random=False)
VALIDATOR = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text()))
drawn = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(content: bytes | dict[str, bytes], suffix: str) -> None:
    """Lint it; the report is one, in every form, and no rule crashed."""
    with TemporaryDirectory() as folder:
        report = lint(put(content, Path(folder, f"model{suffix}")))
    assert not [failure for model in report.models for failure in model.failures]
    for name, render in REPORTERS.items():
        text = render(report)
        if name == "json":
            VALIDATOR.validate(json.loads(text))


@drawn
@given(models(), RANDOM)
def test_archives(built: Built, random: Random) -> None:
    survives(mutations.keras_file(keras_archive(built), random), ".keras")


@drawn
@given(RANDOM)
def test_hdf5(random: Random) -> None:
    survives(mutations.h5_file(base.h5_file(), random), ".h5")


@drawn
@given(models(), RANDOM)
def test_weights(built: Built, random: Random) -> None:
    weights = base.members(keras_archive(built))["model.weights.h5"]
    survives(mutations.weights_file(weights, random), ".weights.h5")


@drawn
@given(RANDOM)
def test_protocol_buffers(random: Random) -> None:
    survives(mutations.saved_model(attacks_saved_model.keras_model(), random), "")

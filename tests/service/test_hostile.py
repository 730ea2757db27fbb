"""Hostile files over HTTP, one of each kind; `python -m tests.bench.bench_service_hostile` sends them all."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.service.hostile import sent, strays
from tests.service.server import running
from tests.service.wait import until

pytestmark = pytest.mark.skipif(find_spec("keras") is None, reason="the hostile corpus starts from files of Keras")


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras, when it writes them
def test_each_kind_is_found_out_and_the_server_stays_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.hostile.attacks import ATTACKS

    kinds = {(attack.code, attack.suffix): attack for attack in reversed(ATTACKS) if attack.suffix}
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    here = sorted(os.listdir())
    with running(tmp_path / "deep" / "own", jobs="2") as server:
        seen = sent(server, kinds.values())
        assert seen.sent == 2 * len(kinds) > 20
        assert seen.wrong == []
        assert seen.sick == []
        assert seen.asked > 0
        assert strays(tmp_path, server) == []
        until(lambda: not server.uploads(), server.told)
    assert sorted(os.listdir()) == here

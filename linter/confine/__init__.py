"""Processes that can do little harm: resource limits, no network, few files, few system calls, and a parent that
watches.

`run_child` starts a fresh interpreter for one job; `ForkServer` forks one that has its modules loaded. Both speak JSON
with the job and survive whatever it does. Every layer is put on where the system has it; what it has not is named. Must
not know Keras, models or rules.
"""

from __future__ import annotations

from linter.confine.apply import confine as confine
from linter.confine.child import run_child as run_child
from linter.confine.forkserver import ForkServer as ForkServer
from linter.confine.layer import missing as missing
from linter.confine.policy import ConfinedError as ConfinedError
from linter.confine.policy import Mode as Mode
from linter.confine.policy import Outcome as Outcome
from linter.confine.policy import Policy as Policy
from linter.confine.policy import Reason as Reason
from linter.confine.running import stop as stop

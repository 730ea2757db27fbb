"""The parent's ear: the messages of one job, judged one by one, until there is a result or an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from linter.confine.policy import ConfinedError, Outcome, Policy, Reason

MAX_LAYERS, MAX_TEXT = 16, 2000
OnEvent = Callable[[Mapping[str, Any]], None]
_REASONS = {reason.value: reason for reason in Reason}


@dataclass(slots=True)
class Answers:
    """Collects the messages of one job. What they say is not trusted: only shapes that are expected count."""

    policy: Policy
    on_event: OnEvent | None = None
    layers: tuple[str, ...] = ()
    outcome: Outcome | None = None
    error: ConfinedError | None = None

    @property
    def over(self) -> bool:
        """Whether there is a result or an error."""
        return self.outcome is not None or self.error is not None

    def take(self, message: Mapping[str, Any]) -> None:
        """Take the next message."""
        if "result" in message:
            self.outcome = Outcome(message["result"], self.layers)
        elif "error" in message:
            reason = _REASONS.get(str(message["error"]), Reason.FAILED)
            self.error = ConfinedError(reason, str(message.get("message", ""))[:MAX_TEXT])
        elif isinstance(message.get("layers"), list):
            self.layers = tuple(str(layer)[:MAX_TEXT] for layer in message["layers"][:MAX_LAYERS])
        elif isinstance(message.get("event"), dict) and self.on_event is not None:
            self.on_event(message["event"])

    def result(self, noise: str) -> Outcome:
        """Return the outcome; raises ConfinedError where the job said so itself."""
        if self.error is not None:
            raise ConfinedError(self.error.reason, str(self.error), noise)
        assert self.outcome is not None
        return Outcome(self.outcome.result, self.layers, noise)

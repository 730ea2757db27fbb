"""Who runs audits: processes of this machine (local), or workers anywhere (celery). Both run `service.run`."""

from __future__ import annotations

from service.jobs import Queue
from service.settings import Settings


def queue_of(settings: Settings) -> Queue:
    """Return the queue that the settings name."""
    if settings.queue == "celery":
        from service.queues.celery import CeleryQueue

        return CeleryQueue(settings)
    from service.queues.local import LocalQueue

    return LocalQueue(settings)

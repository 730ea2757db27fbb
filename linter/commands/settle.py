"""What becomes of one model, whatever happens while it is linted: its report, which for no model is empty."""

from __future__ import annotations

from collections.abc import Callable

from linter.finding import Report, Unreadable
from linter.read.discover import Target
from linter.read.errors import NotAModelError, UnreadableError


def settled(target: Target, work: Callable[[], Report]) -> Report:
    """Return what `work` says of a model; an empty report for a file that a folder walk passes over."""
    try:
        return work()
    except NotAModelError as error:
        if target.found:
            return Report()
        why = str(error)
    except UnreadableError as error:
        why = str(error)
    except OSError as error:
        why = f"cannot be opened: {error.strerror or error}"
    except MemoryError:
        why = "needs more memory than there is"
    except Exception as error:  # the other files must still be linted
        why = f"cannot be linted: {type(error).__name__}: {error} (a defect of keras-lint, please report it)"
    return Report(errors=(Unreadable(str(target.path), why),))

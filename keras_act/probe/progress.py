"""A progress bar over batches, for data of known or unknown length."""

import keras


class Progress:
    """A progress bar; one bar for data of unknown length."""

    def __init__(self, length: int | None) -> None:
        self._length = length
        self._done = 0
        self._bar = keras.utils.Progbar(length)

    def step(self) -> None:
        """One batch more."""
        self._done += 1
        self._bar.update(self._done, finalize=False)

    def close(self) -> None:
        """Ends the line."""
        self._bar.update(self._done, finalize=True)

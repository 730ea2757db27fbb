"""UnitHealth: watches during training how many units never fire."""

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_act.callbacks._check import checked_data, checked_every, checked_share
from keras_act.probe import Statistics, observe


class UnitHealth(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Observes the model at the end of epochs and logs the share of units that fired on no sample.

    It adds `dead_units` (over all layers) and `dead_units/<layer>` to the epoch's logs, so they appear in the progress
    bar, in `History` and in every callback that stands after this one (TensorBoard, CSVLogger, EarlyStopping).

    Args:
        data: What to observe, as for `keras_act.probe.observe`; a few hundred samples of the training data will do.
            It must be readable anew each time: no generator.
        every: Observe after each so many epochs, starting with the first; in between the last values are repeated.
        limit: Stop training when the share of dead units over all layers exceeds this; None: never.
        layers: Paths or names of the layers to observe; None: every activation.
        log_dir: Folder for TensorBoard: shares as scalars, firing rates as histograms. TensorFlow and
            TensorBoard must be installed.
        verbose: 1 prints the summary each time.
        options: As for `observe`: `batch_size`, `max_samples`, `threshold`.

    Attributes:
        statistics: The latest `Statistics`, None before the first.
        history: Epoch to `Statistics`.

    Raises:
        ValueError: no data or a generator, `every` below 1, `limit` outside [0, 1], `log_dir` without TensorBoard.
    """

    def __init__(
        self,
        data: Any,
        *,
        every: int = 1,
        limit: float | None = None,
        layers: Sequence[str] | None = None,
        log_dir: str | None = None,
        verbose: int = 0,
        **options: Any,
    ) -> None:
        super().__init__()
        self.data = checked_data(data)
        self.every = checked_every(every)
        self.limit = None if limit is None else checked_share("limit", limit)
        self.options = {"layers": layers, **options}
        self.verbose = verbose
        self.statistics: Statistics | None = None
        self.history: dict[int, Statistics] = {}
        self._board = None if log_dir is None else _board(log_dir)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Observes, if it is time, and adds to the logs."""
        if self.statistics is None or epoch % self.every == 0:
            self._observe(epoch)
        if logs is not None and self.statistics is not None:
            logs |= shares(self.statistics)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Prints the summary if asked to."""
        if self.verbose:
            print(self.summary())

    def summary(self) -> str:
        """A readable table of the latest statistics."""
        return "UnitHealth: nothing observed yet" if self.statistics is None else self.statistics.summary()

    def _observe(self, epoch: int) -> None:
        seen = observe(self.model, self.data, progress=self.verbose > 1, **self.options)
        self.statistics = self.history[epoch] = seen
        if self._board is not None:
            self._board(epoch, seen)
        if self.limit is not None and seen.silent_share > self.limit:
            self.model.stop_training = True
            print(f"UnitHealth: {seen.silent_share:.1%} of the units are dead, more than {self.limit:.1%}: stopping.")


def shares(seen: Statistics) -> dict[str, float]:
    """The numbers that go into the logs, in [0, 1]."""
    per_layer = {f"dead_units/{name}": len(layer.silent) / layer.units for name, layer in seen.items()}
    return {"dead_units": seen.silent_share, **per_layer}


def _board(log_dir: str) -> Callable[[int, Statistics], None]:
    """Writes one epoch to TensorBoard."""
    if missing := [name for name in ("tensorflow", "tensorboard") if importlib.util.find_spec(name) is None]:
        raise ValueError(f"log_dir needs {' and '.join(missing)}, not installed here. Received: log_dir={log_dir!r}")
    import tensorflow as tf

    writer = tf.summary.create_file_writer(log_dir)

    def write(epoch: int, seen: Statistics) -> None:
        with writer.as_default(step=epoch):
            for name, share in shares(seen).items():
                tf.summary.scalar(name, share)
            for name, layer in seen.items():
                tf.summary.histogram(f"firing_rate/{name}", layer.rate)
        writer.flush()

    return write

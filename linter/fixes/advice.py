"""Advice as code: what to write where a fix is not a matter of the file."""

from __future__ import annotations

from collections.abc import Mapping

CLIP = "model.compile(optimizer=keras.optimizers.Adam(clipnorm=1.0), loss=model.loss)"
RATE = "model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3), loss=model.loss)"

SNIPPETS: Mapping[str, str] = {
    "DAT801": "scale = keras.layers.Normalization(); scale.adapt(x)  # then the first layer of the model",
    "DED401": "model.fit(x, y, callbacks=[keras_act.callbacks.RecycleDeadUnits(x)])",
    "INI206": "keras.layers.Dense(64, kernel_initializer='he_normal')  # a name: each layer draws its own",
    "INI213": "model.fit(x, y); model.save('model.keras')",
    "NUM701": CLIP,
    "NUM702": CLIP,
    "RNN103": "keras.layers.LSTM(64, activation='tanh', recurrent_activation='sigmoid', recurrent_dropout=0.0)",
    "SEC001": "keras.layers.Rescaling(1 / 255)  # a layer of Keras in place of the Lambda",
    "SEC011": "keras-lint check model.keras --import my_project.layers",
    "TRN901": RATE,
    "TRN902": CLIP,
}
"""By the finding's code."""

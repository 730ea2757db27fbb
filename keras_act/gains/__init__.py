"""Gains: how much an activation shrinks a normal signal and its gradient, and what a kernel must do about it.

>>> from keras_act import gains
>>> print(gains.gain("silu").explain())  # doctest: +ELLIPSIS
silu under N(0, 1): E f = 0.206621, E f^2 = 0.355776, E f'^2 = 0.379482, forward gain 1.67653, backward gain 1.62332
length-map slope 1.173, UNSTABLE: ...
"""

from keras_act.gains.catalogue import NAMES as NAMES
from keras_act.gains.measure import gain as gain
from keras_act.gains.result import Gain as Gain
from keras_act.gains.result import Moments as Moments

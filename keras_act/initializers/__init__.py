"""Initializers that know which activation feeds the kernel, and count its fans as the layer uses it."""

from keras_act.initializers.bias import SmallBias as SmallBias
from keras_act.initializers.he import He as He
from keras_act.initializers.initialize import Choice as Choice
from keras_act.initializers.initialize import Plan as Plan
from keras_act.initializers.initialize import initialize_ as initialize_
from keras_act.initializers.irnn import IRNN as IRNN
from keras_act.initializers.lsuv import Scaling as Scaling
from keras_act.initializers.lsuv import lsuv_ as lsuv_
from keras_act.initializers.orthogonal import DeltaOrthogonal as DeltaOrthogonal
from keras_act.initializers.orthogonal import Orthogonal as Orthogonal
from keras_act.initializers.rai import rai_ as rai_
from keras_act.initializers.scaling import FanInUniform as FanInUniform
from keras_act.initializers.scaling import Glorot as Glorot
from keras_act.initializers.scaling import LeCun as LeCun

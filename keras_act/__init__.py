"""Activations of the rectifier family for Keras 3, right in half precision on TensorFlow, JAX and PyTorch.

Importing this package registers every function, layer and initializer, so that `keras.saving.load_model` finds them.
"""

# gains
from . import gains as gains

# probe
from . import probe as probe

# callbacks
from .callbacks import RecycleDeadUnits as RecycleDeadUnits
from .callbacks import UnitHealth as UnitHealth

# functions
from .functions._elementwise import memory_efficient as memory_efficient
from .functions.exponential import celu as celu
from .functions.exponential import elu as elu
from .functions.exponential import selu as selu
from .functions.gated import geglu as geglu
from .functions.gated import glu as glu
from .functions.gated import reglu as reglu
from .functions.gated import swiglu as swiglu
from .functions.learnable import acon_c as acon_c
from .functions.learnable import smu as smu
from .functions.learnable import snake as snake
from .functions.pieces import crelu as crelu
from .functions.pieces import maxout as maxout
from .functions.pieces import multivariate_softplus as multivariate_softplus
from .functions.powers import relu_squared as relu_squared
from .functions.powers import star_relu as star_relu
from .functions.powers import xielu as xielu
from .functions.rectifiers import clipped_relu as clipped_relu
from .functions.rectifiers import leaky_relu as leaky_relu
from .functions.rectifiers import prelu as prelu
from .functions.rectifiers import relu as relu
from .functions.rectifiers import relu6 as relu6
from .functions.rectifiers import rrelu as rrelu
from .functions.rectifiers import shifted_relu as shifted_relu
from .functions.self_gated import gelu as gelu
from .functions.self_gated import lisht as lisht
from .functions.self_gated import mish as mish
from .functions.self_gated import silu as silu
from .functions.self_gated import swish as swish
from .functions.self_gated import telu as telu
from .functions.shrink import hard_shrink as hard_shrink
from .functions.shrink import soft_shrink as soft_shrink
from .functions.shrink import tanh_shrink as tanh_shrink
from .functions.sigmoids import dyt as dyt
from .functions.sigmoids import hard_sigmoid as hard_sigmoid
from .functions.sigmoids import hard_tanh as hard_tanh
from .functions.sigmoids import sigmoid as sigmoid
from .functions.sigmoids import tanh as tanh
from .functions.smooth import softplus as softplus
from .functions.smooth import sparse_plus as sparse_plus
from .functions.smooth import squareplus as squareplus

# initializers
from .initializers.bias import SmallBias as SmallBias
from .initializers.he import He as He
from .initializers.initialize import initialize_ as initialize_
from .initializers.irnn import IRNN as IRNN
from .initializers.lsuv import lsuv_ as lsuv_
from .initializers.orthogonal import DeltaOrthogonal as DeltaOrthogonal
from .initializers.orthogonal import Orthogonal as Orthogonal
from .initializers.rai import rai_ as rai_
from .initializers.scaling import FanInUniform as FanInUniform
from .initializers.scaling import Glorot as Glorot
from .initializers.scaling import LeCun as LeCun

# layers
from .layers.acon_c import ACONC as ACONC
from .layers.celu import CELU as CELU
from .layers.clipped_relu import ClippedReLU as ClippedReLU
from .layers.crelu import CReLU as CReLU
from .layers.dyt import DyT as DyT
from .layers.elu import ELU as ELU
from .layers.geglu import GEGLU as GEGLU
from .layers.gelu import GELU as GELU
from .layers.glu import GLU as GLU
from .layers.hard_shrink import HardShrink as HardShrink
from .layers.hard_sigmoid import HardSigmoid as HardSigmoid
from .layers.hard_tanh import HardTanh as HardTanh
from .layers.leaky_relu import LeakyReLU as LeakyReLU
from .layers.lisht import LiSHT as LiSHT
from .layers.maxout import Maxout as Maxout
from .layers.maxout_conv import MaxoutConv1D as MaxoutConv1D
from .layers.maxout_conv import MaxoutConv2D as MaxoutConv2D
from .layers.maxout_conv import MaxoutConv3D as MaxoutConv3D
from .layers.maxout_dense import MaxoutDense as MaxoutDense
from .layers.mish import Mish as Mish
from .layers.multivariate_softplus import MultivariateSoftplus as MultivariateSoftplus
from .layers.prelu import PReLU as PReLU
from .layers.reglu import ReGLU as ReGLU
from .layers.relu import ReLU as ReLU
from .layers.relu6 import ReLU6 as ReLU6
from .layers.relu_squared import ReLUSquared as ReLUSquared
from .layers.rrelu import RReLU as RReLU
from .layers.selu import SELU as SELU
from .layers.shifted_relu import ShiftedReLU as ShiftedReLU
from .layers.sigmoid import Sigmoid as Sigmoid
from .layers.silu import SiLU as SiLU
from .layers.smu import SMU as SMU
from .layers.snake import Snake as Snake
from .layers.soft_shrink import SoftShrink as SoftShrink
from .layers.softplus import Softplus as Softplus
from .layers.sparse_plus import SparsePlus as SparsePlus
from .layers.squareplus import Squareplus as Squareplus
from .layers.star_relu import StarReLU as StarReLU
from .layers.swiglu import SwiGLU as SwiGLU
from .layers.swish import Swish as Swish
from .layers.tanh import Tanh as Tanh
from .layers.tanh_shrink import TanhShrink as TanhShrink
from .layers.telu import TeLU as TeLU
from .layers.xielu import XIELU as XIELU

# plots

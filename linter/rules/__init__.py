"""The catalogue: every rule, in the order of its code. A rule that is not named here does not exist."""

from __future__ import annotations

from linter.rule import Rule
from linter.rules.activation_parameter import ActivationParameter
from linter.rules.activation_rate import ActivationRate
from linter.rules.always_on_units import AlwaysOnUnits
from linter.rules.archive_trick import ArchiveTrick
from linter.rules.bias_before_batchnorm import BiasBeforeBatchnorm
from linter.rules.bias_start import BiasStart
from linter.rules.born_dead_risk import BornDeadRisk
from linter.rules.bounded_output import BoundedOutput
from linter.rules.broken_selu import BrokenSelu
from linter.rules.categorical_on_one_unit import CategoricalOnOneUnit
from linter.rules.cloned_kernels import ClonedKernels
from linter.rules.collapsed_batchnorm import CollapsedBatchnorm
from linter.rules.constant_features import ConstantFeatures
from linter.rules.constant_kernel import ConstantKernel
from linter.rules.data_mismatch import DataMismatch
from linter.rules.dead_units import DeadUnits
from linter.rules.decompression_bomb import DecompressionBomb
from linter.rules.disconnected_units import DisconnectedUnits
from linter.rules.dormant_units import DormantUnits
from linter.rules.doubled_activation import DoubledActivation
from linter.rules.dropout_before_batchnorm import DropoutBeforeBatchnorm
from linter.rules.duplicate_units import DuplicateUnits
from linter.rules.embedded_code import EmbeddedCode
from linter.rules.excessive_dropout import ExcessiveDropout
from linter.rules.exploded_weights import ExplodedWeights
from linter.rules.external_file import ExternalFile
from linter.rules.fixed_scale_kernel import FixedScaleKernel
from linter.rules.foreign_module import ForeignModule
from linter.rules.glorot_before_relu import GlorotBeforeRelu
from linter.rules.gradient_out_of_range import GradientOutOfRange
from linter.rules.half_precision_overflow import HalfPrecisionOverflow
from linter.rules.hdf5_link import Hdf5Link
from linter.rules.json_trick import JsonTrick
from linter.rules.learning_rate import LearningRate
from linter.rules.legacy_format import LegacyFormat
from linter.rules.likely_dead_units import LikelyDeadUnits
from linter.rules.linear_stack import LinearStack
from linter.rules.logits_twice import LogitsTwice
from linter.rules.loss_activation_mismatch import LossActivationMismatch
from linter.rules.miscounted_fan import MiscountedFan
from linter.rules.mismatched_gain import MismatchedGain
from linter.rules.mixed_leaky_slopes import MixedLeakySlopes
from linter.rules.needs_custom_code import NeedsCustomCode
from linter.rules.no_forget_bias import NoForgetBias
from linter.rules.non_finite_inputs import NonFiniteInputs
from linter.rules.non_finite_weights import NonFiniteWeights
from linter.rules.pickled_content import PickledContent
from linter.rules.prelu_per_position import PreluPerPosition
from linter.rules.proven_dead_units import ProvenDeadUnits
from linter.rules.rectified_output import RectifiedOutput
from linter.rules.relu_before_softmax import ReluBeforeSoftmax
from linter.rules.saturated_units import SaturatedUnits
from linter.rules.saturating_stack import SaturatingStack
from linter.rules.saved_model_ops import SavedModelOps
from linter.rules.selu_without_lecun import SeluWithoutLecun
from linter.rules.signal_explodes import SignalExplodes
from linter.rules.signal_fades import SignalFades
from linter.rules.slow_recurrent_path import SlowRecurrentPath
from linter.rules.softmax_inside import SoftmaxInside
from linter.rules.softmax_on_one_unit import SoftmaxOnOneUnit
from linter.rules.unbounded_recurrent_activation import UnboundedRecurrentActivation
from linter.rules.unbounded_recurrent_gate import UnboundedRecurrentGate
from linter.rules.unclipped_recurrent import UnclippedRecurrent
from linter.rules.unpenalised_rectifiers import UnpenalisedRectifiers
from linter.rules.unsafe_api import UnsafeApi
from linter.rules.unscaled_inputs import UnscaledInputs
from linter.rules.untrained_weights import UntrainedWeights
from linter.rules.weights_mismatch import WeightsMismatch
from linter.rules.zero_bias_before_relu import ZeroBiasBeforeRelu

RULES: tuple[type[Rule], ...] = (
    UnboundedRecurrentActivation,
    UnboundedRecurrentGate,
    SlowRecurrentPath,
    NoForgetBias,
    GlorotBeforeRelu,
    MismatchedGain,
    SeluWithoutLecun,
    ConstantKernel,
    FixedScaleKernel,
    ClonedKernels,
    BiasStart,
    ZeroBiasBeforeRelu,
    MiscountedFan,
    SignalFades,
    SignalExplodes,
    BornDeadRisk,
    UntrainedWeights,
    LinearStack,
    SaturatingStack,
    DoubledActivation,
    ReluBeforeSoftmax,
    ActivationParameter,
    PreluPerPosition,
    MixedLeakySlopes,
    BrokenSelu,
    SoftmaxInside,
    DeadUnits,
    ProvenDeadUnits,
    LikelyDeadUnits,
    SaturatedUnits,
    AlwaysOnUnits,
    DormantUnits,
    DuplicateUnits,
    DisconnectedUnits,
    ActivationRate,
    SoftmaxOnOneUnit,
    LossActivationMismatch,
    RectifiedOutput,
    BoundedOutput,
    LogitsTwice,
    CategoricalOnOneUnit,
    BiasBeforeBatchnorm,
    DropoutBeforeBatchnorm,
    UnpenalisedRectifiers,
    ExcessiveDropout,
    NonFiniteWeights,
    ExplodedWeights,
    CollapsedBatchnorm,
    HalfPrecisionOverflow,
    GradientOutOfRange,
    UnscaledInputs,
    ConstantFeatures,
    NonFiniteInputs,
    DataMismatch,
    LearningRate,
    UnclippedRecurrent,
    LegacyFormat,
    WeightsMismatch,
    EmbeddedCode,
    ForeignModule,
    UnsafeApi,
    ExternalFile,
    Hdf5Link,
    ArchiveTrick,
    DecompressionBomb,
    PickledContent,
    SavedModelOps,
    JsonTrick,
    NeedsCustomCode,
)

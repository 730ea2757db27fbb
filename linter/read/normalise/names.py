"""Which class names there are, and how Keras 1 and 2 called what Keras 3 calls otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


ACTIVATION_LAYERS = frozenset(("Activation", "ReLU", "LeakyReLU", "ThresholdedReLU", "ELU", "PReLU", "Softmax"))
RECURRENT = frozenset(("LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"))
CELLS = {"LSTMCell": "LSTM", "GRUCell": "GRU", "SimpleRNNCell": "SimpleRNN"}
STATES = {
    **dict.fromkeys(("LSTM", "LSTMCell", *(f"ConvLSTM{n}D" for n in (1, 2, 3))), 2),
    **dict.fromkeys(("GRU", "GRUCell"), 1),
}
STATES.update(dict.fromkeys(("SimpleRNN", "SimpleRNNCell"), 1))
"""How many states a recurrent layer returns with `return_state`."""
CONVOLUTIONS = words(
    """
    Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D
    SeparableConv1D SeparableConv2D LocallyConnected1D LocallyConnected2D
    """
)
FUSED = CONVOLUTIONS | {"Dense", "EinsumDense"}
"""Layers whose `activation=` is applied to their output and becomes a node of its own."""
MODELS = frozenset(("Sequential", "Functional", "Model", "Graph"))
WRAPPERS = frozenset(
    ("TimeDistributed", "Bidirectional", "RNN", "ConvLSTM", "StackedRNNCells", "SpectralNormalization")
)
MERGES = frozenset(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"))
PLAIN = words(
    """
    InputLayer Embedding Flatten Reshape Permute RepeatVector Dropout SpatialDropout1D SpatialDropout2D
    SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise ActivityRegularization Masking BatchNormalization
    SyncBatchNormalization LayerNormalization GroupNormalization RMSNormalization UnitNormalization Normalization
    Rescaling MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
    GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D
    GlobalAveragePooling3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D MultiHeadAttention GroupQueryAttention
    Attention AdditiveAttention Identity Resizing CenterCrop RandomCrop RandomHeight RandomWidth Discretization
    Hashing StringLookup IntegerLookup TextVectorization CategoryEncoding HashedCrossing FeatureSpace
    MaxNumBoundingBoxes ReversibleEmbedding EinsumDense Dense Lambda TFSMLayer TorchModuleWrapper JaxLayer FlaxLayer
    Pipeline STFTSpectrogram MelSpectrogram
    """
)
AUGMENTING = words(
    """
    RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness RandomShear RandomHue
    RandomSaturation RandomSharpness RandomColorJitter RandomColorDegeneration RandomGrayscale RandomInvert
    RandomPosterization RandomPerspective RandomElasticTransform RandomErasing RandomGaussianBlur RandAugment AugMix
    MixUp CutMix AutoContrast Equalization ContrastLimitedAdaptiveHistogramEqualization Solarization
    """
)
"""What changes images and keeps their shape."""
ELEMENTWISE = {
    name.lower(): name
    for name in words(
        """
        Abs Absolute Ceil Clip Cos Equal Erf Expm1 Floor Greater GreaterEqual IsFinite IsNan Less LessEqual Log Log1p
        LogicalAnd LogicalNot LogicalOr Negative NotEqual Pow Power Reciprocal Round Rsqrt Sign Sin Sqrt Square Where
        """
    )
}
"""Functions on tensors, value by value, whose op is their own name; of no interest but for the shape."""
KNOWN = PLAIN | AUGMENTING | FUSED | MERGES | RECURRENT | WRAPPERS | CELLS.keys()
OPAQUE = frozenset(("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"))
"""Keras's own layers that run code or a graph that is not in the configuration."""

RENAMED = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "AtrousConv1D": "Conv1D",
    "AtrousConv2D": "Conv2D",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Convolution1DTranspose": "Conv1DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3DTranspose": "Conv3DTranspose",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "LSTMV2": "LSTM",
    "GRUV2": "GRU",
    "LogSoftmax": "Softmax",
    "GroupedQueryAttention": "GroupQueryAttention",
    **{f"GlobalMaxPool{n}D": f"GlobalMaxPooling{n}D" for n in (1, 2, 3)},
    **{f"GlobalAvgPool{n}D": f"GlobalAveragePooling{n}D" for n in (1, 2, 3)},
    **{f"MaxPool{n}D": f"MaxPooling{n}D" for n in (1, 2, 3)},
    **{f"AvgPool{n}D": f"AveragePooling{n}D" for n in (1, 2, 3)},
}

GENERAL_ARGUMENTS = {
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
POOLING_ARGUMENTS = {
    "pool_length": "pool_size",
    "stride": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
}
CONVOLUTION_ARGUMENTS = {
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "dim_ordering": "data_format",
    "atrous_rate": "dilation_rate",
    "init": "kernel_initializer",
    "depthwise_activation": "activation",
}
RECURRENT_ARGUMENTS = {
    "output_dim": "units",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "U_regularizer": "recurrent_regularizer",
}
ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    "Dense": {"output_dim": "units", "init": "kernel_initializer"},
    "Embedding": {"init": "embeddings_initializer"},
    "BatchNormalization": {"mode": "mode", "beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
    "Dropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate"},
    "SpatialDropout2D": {"p": "rate"},
    "GaussianDropout": {"p": "rate"},
    "GaussianNoise": {"sigma": "stddev"},
    "UpSampling1D": {"length": "size"},
    **dict.fromkeys(RECURRENT, RECURRENT_ARGUMENTS),
}


def canonical_arguments(op: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return `config` under Keras 3 names; arguments that had their present name win over old ones."""
    table = {**GENERAL_ARGUMENTS, **_family(op)}
    out = {table.get(key, key): value for key, value in config.items() if key in table}
    out.update({key: value for key, value in config.items() if key not in table})
    if "nb_row" in config and "nb_col" in config:
        out["kernel_size"] = [config["nb_row"], config["nb_col"]]
    if op == "BatchNormalization":
        axis = config.get("axis", -1)
        out["axis"] = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if isinstance(out.get("data_format"), str):
        out["data_format"] = {"tf": "channels_last", "th": "channels_first"}.get(out["data_format"], out["data_format"])
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    if shape is not None:
        out["batch_shape"] = shape
    return out


def _family(op: str) -> Mapping[str, str]:
    if op in CONVOLUTIONS:
        return CONVOLUTION_ARGUMENTS
    if "Pooling" in op:
        return POOLING_ARGUMENTS
    return ARGUMENTS.get(op, {})


def is_keras_module(module: str | None) -> bool:
    """Whether a stored module belongs to Keras itself."""
    return (
        module is None
        or module.split(".")[0] in ("keras", "tf_keras", "tensorflow", "tensorflow_core")
        or module == "builtins"
    )

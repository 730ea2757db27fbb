"""What Keras calls its functions and classes other than layers, of every version: from Keras 1 to 3."""

from __future__ import annotations

import re

PACKAGES = frozenset(("keras", "custom", "keras_act"))
"""Prefixes of a registered name that say nothing ("Custom>Adam" is Keras 2's own) or that are known."""

ACTIVATIONS = """
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid
    log_softmax mish relu relu6 selu sigmoid silu softmax softplus soft_shrink softsign sparsemax sparse_plus
    sparse_sigmoid squareplus swish tanh tanh_shrink threshold
"""
LOSSES = """
    bce binary_crossentropy binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy
    categorical_generalized_cross_entropy categorical_hinge circle cosine cosine_proximity cosine_similarity ctc dice
    hinge huber huber_loss kl_divergence kld kullback_leibler_divergence log_cosh loss_function_wrapper mae mape
    mean_absolute_error mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error mse msle
    poisson sparse_categorical_crossentropy squared_hinge tversky
"""
METRICS = """
    acc accuracy auc binary_accuracy binary_iou categorical_accuracy ce concordance_correlation crossentropy f1_score
    false_negatives false_positives fbeta_score fmeasure iou log_cosh_error matthews_correlation mean mean_io_u
    mean_metric_wrapper mean_relative_error mean_tensor one_hot_io_u one_hot_mean_io_u pearson_correlation precision
    precision_at_recall r2_score recall recall_at_precision root_mean_squared_error sensitivity_at_specificity
    sparse_categorical_accuracy sparse_top_k_categorical_accuracy specificity_at_sensitivity sum
    sum_over_batch_size_metric_wrapper top_k_categorical_accuracy true_negatives true_positives
"""
REGULARIZERS = """
    activity_regularizer eigenvalue_regularizer l1 l1_l2 l1l2 l2 orthogonal_regularizer weight_regularizer
"""
CONSTRAINTS = "max_norm min_max_norm non_neg radial_constraint unit_norm"
INITIALIZERS = """
    constant glorot_normal glorot_uniform he_normal he_uniform identity identity_initializer lecun_normal lecun_uniform
    normal one ones orthogonal orthogonal_initializer random_normal random_uniform stft stft_initializer
    truncated_normal uniform variance_scaling zero zeros
"""
OPTIMIZERS = """
    adadelta adafactor adagrad adam adam_w adamax cosine_decay cosine_decay_restarts dynamic_loss_scale
    exponential_decay fixed_loss_scale ftrl inverse_time_decay lamb lion loss_scale_optimizer loss_scale_optimizer_v3
    multi_optimizer muon nadam piecewise_constant_decay polynomial_decay rmsprop schedule_free_adam_w sgd tf_optimizer
"""


def plain(name: str) -> str:
    """Return `name` as all its spellings have it: GlorotUniform, glorot_uniform and GlorotUniformV2 are one."""
    return re.sub(r"v[12]$", "", re.sub(r"[^a-z0-9]", "", name.lower()))


KNOWN = frozenset(
    plain(name)
    for names in (ACTIVATIONS, LOSSES, METRICS, REGULARIZERS, CONSTRAINTS, INITIALIZERS, OPTIMIZERS)
    for name in names.split()
)


def is_keras(name: str) -> bool:
    """Whether a stored name is that of a function or class of Keras's, or registered by a package that is known."""
    package, registered, bare = name.rpartition(">")
    if registered and package.lower() not in PACKAGES:
        return False
    return package == "keras_act" or plain(bare) in KNOWN

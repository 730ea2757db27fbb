"""The activations as plain functions of tensors; one file per family."""

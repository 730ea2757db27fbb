"""The activations as layers: state, validation and configuration; the formulas are in `functions`."""

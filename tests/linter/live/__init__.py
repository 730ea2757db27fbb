"""Tests of the part that runs models."""

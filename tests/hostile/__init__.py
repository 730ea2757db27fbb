"""Hostile model files and their benign twins, which differ in one thing.

Payloads are harmless: they would print a word.
"""

"""What makes two findings the same one across runs, re-saved files and moved folders: for baselines and SARIF."""

from __future__ import annotations

from linter.finding import Finding


def fingerprint(finding: Finding) -> str:
    """Return a digest of what a finding is about: its code, its layers, its units' layers.

    Neither numbers nor places in the file.
    """
    import hashlib  # only baselines and some formats need it

    parts = (finding.code, *sorted(finding.layers), "", *sorted(finding.units))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]

"""docs: the whole catalogue as one Markdown document, with an anchor for each code, to which findings link."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from linter.commands.page import body
from linter.commands.rates import HEALTHY, PLANTED, RATES
from linter.rule import Rule
from linter.rules import RULES

HEAD = """# Rules

<!-- Written by `keras-lint docs --output linter/rules/README.md`; change the rules, not this file. -->

Every rule is one file here: its docstring, its examples and what it says of them make up this document and are
tested. A rule's name reads as "allow NAME". *Evidence* is where a rule looks: the configuration, the stored
weights, or a run on sample data. *Certainty* is how it knows: proven holds for every input, observed was seen on
the data, estimated rests on statistics. Both are the usual ones; a finding states its own. So is the severity in
the table the default one. The last two columns count on how many healthy models (of keras.applications and other
good practice, all untrained) and on how many models with a planted fault (the examples of all rules together) a
rule fires; one that is off by default is not run on healthy ones."""

GROUPS = {
    "RNN": "Recurrent layers",
    "INI": "Initialization and signal",
    "ACT": "Activations",
    "DED": "Dead and idle units",
    "OUT": "Outputs and losses",
    "NRM": "Normalisation and regularisation",
    "NUM": "Numbers",
    "DAT": "Sample data",
    "TRN": "Training",
    "CMP": "Files and compatibility",
    "SEC": "Security",
}


def render_catalogue() -> str:
    """Return the document."""
    parts = [HEAD, _table()]
    for prefix, rules in groupby(RULES, key=lambda rule: rule.code[:3]):
        parts.append(f"## {GROUPS[prefix]}")
        parts += [f"### {rule.code}\n\n**{rule.name}**: {body(rule, 4)}" for rule in rules]
    return "\n\n".join(parts) + "\n"


def _table() -> str:
    head = f"| code | name | severity | evidence | certainty | of {HEALTHY} healthy | of {PLANTED} planted |"
    rows = [head, "|---|---|---|---|---|---|---|"]
    return "\n".join([*rows, *map(_row, RULES)])


def _row(rule: type[Rule]) -> str:
    severity = rule.severity.value if rule.default else f"{rule.severity.value}, off"
    cells = (f"[{rule.code}](#{rule.code.lower()})", rule.name, severity, rule.evidence.value, rule.certainty.value)
    rates = map(str, RATES.get(rule.code, (0, 0)))
    return f"| {' | '.join((*cells, *rates))} |"


def anchors(text: str) -> Iterator[str]:
    """Yield the anchors that a Markdown viewer makes of the codes' headings."""
    return (line[4:].strip().lower() for line in text.splitlines() if line.startswith("### "))

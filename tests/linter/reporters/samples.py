"""Reports for tests of reporters: one that uses every field, and Hypothesis strategies full of hostile text."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from linter.finding import (
    Certainty,
    Evidence,
    Failure,
    Finding,
    Fix,
    Graph,
    GraphEdge,
    GraphNode,
    LayerRow,
    ModelReport,
    Report,
    Safety,
    Sample,
    Severity,
    SignalRow,
    Skipped,
    Tool,
    Unreadable,
)
from linter.graph import Unanalysed

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a whole report takes minutes
)

RNN = Finding(
    code="RNN101",
    name="unbounded-recurrent-activation",
    severity=Severity.ERROR,
    evidence=Evidence.CONFIG,
    certainty=Certainty.PROVEN,
    message="recurrent activation relu is unbounded: the state can grow at every time step",
    layers=("encoder/lstm", "lstm_1"),
    pointer="/config/layers/1/config/activation",
    measured={"spectral_radius": 1.25},
    fix=Fix(Safety.UNSAFE, "set activation='tanh'"),
    url="https://github.com/keras-act/keras-act/blob/main/linter/rules/README.md#rnn101",
)
DEAD = Finding(
    code="DED401",
    name="dead-units",
    severity=Severity.WARNING,
    evidence=Evidence.SAMPLE,
    certainty=Certainty.OBSERVED,
    message="3 of 8 units of dense never fire on 512 samples",
    layers=("dense",),
    units={"dense": (1, 4, 7)},
    measured={"share": 0.375, "bound": 0.00586},
)
NOTE = Finding(
    "CMP951", "legacy-format", Severity.INFO, Evidence.CONFIG, Certainty.PROVEN, "today's Keras will not load it"
)

GRAPH = Graph(
    nodes=(
        GraphNode("input", "input", "InputLayer", (None, 20, 3)),
        GraphNode("encoder/lstm", "encoder/lstm", "LSTM", (None, 20, 8)),
        GraphNode("lstm_1", "lstm_1", "LSTM", (None, 8)),
        GraphNode("dense", "dense", "Dense", (None, 8)),
        GraphNode("dense.activation", "dense", "relu", (None, 8)),
        GraphNode("add", "add", "Add", (None, 8)),
        GraphNode("out", "out", "Dense", None),
    ),
    edges=(
        GraphEdge("input", "encoder/lstm"),
        GraphEdge("encoder/lstm", "lstm_1"),
        GraphEdge("lstm_1", "dense"),
        GraphEdge("dense", "dense.activation"),
        GraphEdge("dense.activation", "add"),
        GraphEdge("lstm_1", "add"),
        GraphEdge("add", "out"),
    ),
)
LAYERS = (
    LayerRow("encoder/lstm", "LSTM", 8, 384),
    LayerRow("lstm_1", "LSTM", 8, 544),
    LayerRow("dense", "Dense", 8, 72, dead=3, bound=0.00586, worst=(1, 4, 7), histogram=(40, 12, 7, 3, 1)),
    LayerRow("out", "Dense", None, None),
)
SIGNAL = (
    SignalRow("encoder/lstm", 0.4, 0.38),
    SignalRow("lstm_1", 0.21, 0.19),
    SignalRow("dense", 0.002, None),
    SignalRow("out", None, 1e-6),
)
TROUBLED = ModelReport(
    path="models/troubled.keras",
    format="keras",
    keras_version="3.15.1",
    sha256="0" * 64,
    parameters=1_009,
    findings=(NOTE, DEAD, RNN),
    skipped=(Skipped("DAT801", "needs sample data (--data)"), Skipped("DAT802", "needs sample data (--data)")),
    failures=(Failure("INI210", "ZeroDivisionError: division by zero"),),
    unanalysed=(Unanalysed("crop", "Lambda", "what it computes is not in the configuration"),),
    graph=GRAPH,
    layers=LAYERS,
    signal=SIGNAL,
    sample=Sample(512, "max_seconds", 3.21),
    sandbox=("no network", "memory 4 GiB"),
)
CLEAN = ModelReport(path="models/clean.h5", format="h5", keras_version="2.15.0", parameters=12)
FULL = Report(Tool(version="0.1.0"), (TROUBLED, CLEAN), (Unreadable("models/broken.h5", "the file is empty"),))

ATTACKS = (
    "\x1b[31mred\x1b[0m",
    "\x9b2J",
    "a\r\nb\nc\x0bd\x0ce\x85f\u2028g\u2029h",
    "\n::error file=a,title=b::owned",
    "::set-output name=x::y",
    "##[error]owned ##vso[task.setvariable]x",
    "%0A::error::owned",
    "\u202eevil\u202c \u2066x\u2069 \u200f\u061c",
    "zero\u200bwidth\u200d\ufeff\u2060\u00ad",
    "\ud800 lone \udcff",
    "\x00\x01\ufffe\uffff",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "]]>&lt;!--<!ENTITY x SYSTEM 'file:///etc/passwd'>-->",
    "{{ 7*7 }}{% raw %}{0}",
    "[click](https://evil.example) ![x](http://evil.example/p.png) @everyone #1 www.evil.example",
    "| a | b |\n|---|---|",
    "`code` ``` ~~~ ***bold***",
    "javascript:alert(1)",
    "</style></title></textarea><svg/onload=alert(1)>",
    "C:\\models\\x,y:z%25",
    "\u115f\u3164\ufe0f",
    "",
    " ",
    "x" * 5_000,
)
TEXT = st.one_of(
    st.sampled_from(ATTACKS),
    st.text(st.characters(), max_size=30),
    st.tuples(st.text(max_size=8), st.sampled_from(ATTACKS), st.text(max_size=8)).map("".join),
)
NUMBER = st.floats() | st.integers(-(10**6), 10**6).map(float)
NAMES = st.lists(TEXT, max_size=4).map(tuple)
INDICES = st.lists(st.integers(0, 10**6), max_size=4).map(tuple)

FINDINGS = st.builds(
    Finding,
    code=st.sampled_from(["RNN101", "ZZZ999"]) | TEXT,
    name=TEXT,
    severity=st.sampled_from(Severity),
    evidence=st.sampled_from(Evidence),
    certainty=st.sampled_from(Certainty),
    message=TEXT,
    layers=NAMES,
    units=st.dictionaries(TEXT, INDICES, max_size=3),
    pointer=TEXT,
    measured=st.dictionaries(TEXT, NUMBER, max_size=3),
    fix=st.none() | st.builds(Fix, st.sampled_from(Safety), TEXT),
    url=TEXT,
)
NODES = st.builds(
    GraphNode, TEXT, TEXT, TEXT, st.none() | st.lists(st.none() | st.integers(0, 512), max_size=4).map(tuple)
)
GRAPHS = st.builds(
    Graph,
    st.lists(NODES, max_size=5).map(tuple),
    st.lists(st.builds(GraphEdge, TEXT, TEXT), max_size=5).map(tuple),
)
COUNT = st.none() | st.integers(0, 10**9)
ROWS = st.builds(LayerRow, TEXT, TEXT, COUNT, COUNT, COUNT, st.none() | NUMBER, INDICES, INDICES)
MODELS = st.builds(
    ModelReport,
    path=TEXT,
    format=TEXT,
    keras_version=TEXT,
    sha256=st.none() | TEXT,
    parameters=COUNT,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    skipped=st.lists(st.builds(Skipped, TEXT, TEXT), max_size=2).map(tuple),
    failures=st.lists(st.builds(Failure, TEXT, TEXT), max_size=2).map(tuple),
    unanalysed=st.lists(st.builds(Unanalysed, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    graph=GRAPHS,
    layers=st.lists(ROWS, max_size=3).map(tuple),
    signal=st.lists(st.builds(SignalRow, TEXT, st.none() | NUMBER, st.none() | NUMBER), max_size=3).map(tuple),
    sample=st.none() | st.builds(Sample, st.integers(0, 10**6), st.none() | TEXT, st.floats(0, 1e6)),
    sandbox=NAMES,
)
REPORTS = st.builds(
    Report,
    st.builds(Tool, TEXT, TEXT),
    st.lists(MODELS, max_size=2).map(tuple),
    st.lists(st.builds(Unreadable, TEXT, TEXT), max_size=2).map(tuple),
)

"""What is drawn of a graph, and how."""

from __future__ import annotations

from dataclasses import replace

from linter.finding import Graph, GraphEdge, GraphNode
from linter.reporters.html.drawing import LARGEST, architecture
from tests.linter.reporters.samples import CLEAN, TROUBLED


def chain(size):
    nodes = tuple(GraphNode(f"n{index}", f"n{index}", "Dense", (None, 4)) for index in range(size))
    return Graph(nodes, tuple(GraphEdge(f"n{index}", f"n{index + 1}") for index in range(size - 1)))


def test_a_fused_activation_belongs_to_its_layer():
    steps = architecture(TROUBLED).steps
    assert [step.name for step in steps] == ["input", "encoder/lstm", "lstm_1", "dense", "add", "out"]
    assert steps[3].label == "Dense + relu"
    assert steps[4].inputs == (2, 3)
    assert steps[1].shape == "20×8"


def test_findings_are_marked_by_the_gravest():
    steps = architecture(TROUBLED).steps
    assert [(step.severity, step.finding) for step in steps[:4]] == [
        ("", -1),
        ("error", 2),
        ("error", 2),
        ("warning", 1),
    ]


def test_branches_are_drawn_from_top_to_bottom():
    plan = architecture(TROUBLED)
    assert len(plan.boxes) == 6
    assert len(plan.paths) == 6
    tops = {box.step.name: box.y for box in plan.boxes}
    assert tops["input"] < tops["encoder/lstm"] < tops["lstm_1"] < tops["dense"] < tops["add"] < tops["out"]
    assert all(0 <= box.x < plan.width and 0 <= box.y < plan.height for box in plan.boxes)


def test_a_chain_is_a_flow():
    plan = architecture(replace(CLEAN, graph=chain(40)))
    assert len(plan.steps) == 40
    assert plan.boxes == ()


def test_what_is_too_large_is_a_flow():
    graph = chain(LARGEST + 1)
    branching = replace(graph, edges=(*graph.edges, GraphEdge("n0", "n9")))
    plan = architecture(replace(CLEAN, graph=branching))
    assert plan.boxes == ()
    assert plan.steps[9].inputs == (0, 8)


def test_edges_that_lead_nowhere_are_passed_over():
    graph = Graph(
        (GraphNode("a", "a", "A"), GraphNode("b", "b", "B")),
        (GraphEdge("b", "a"), GraphEdge("a", "a"), GraphEdge("a", "x"), GraphEdge("a", "b"), GraphEdge("a", "b")),
    )
    assert [step.inputs for step in architecture(replace(CLEAN, graph=graph)).steps] == [(), (0,)]

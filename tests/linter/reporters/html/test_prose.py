"""Rule pages as blocks."""

from __future__ import annotations

from linter.reporters.catalogue import page
from linter.reporters.html.prose import blocks
from linter.rules import RULES


def test_paragraphs_lists_and_code():
    found = blocks("One `a` and\ntwo.\n\n- first\n  goes on\n- second `b`\n\n```python\nx = 1\n\ny = 2\n```\nEnd.")
    assert [block.kind for block in found] == ["p", "ul", "pre", "p"]
    assert found[0].items == (((False, "One "), (True, "a"), (False, " and two.")),)
    assert found[1].items == (((False, "first goes on"),), ((False, "second "), (True, "b")))
    assert found[2].items == (((True, "x = 1\n\ny = 2"),),)


def test_no_word_of_any_page_is_lost():
    for rule in RULES:
        for _, body in page(rule.code).sections:
            text = " ".join(piece for block in blocks(body) for item in block.items for _, piece in item)
            words = [word for line in body.splitlines() if not line.startswith("```") for word in line.split()]
            kept = "".join(text.split())
            assert all(word.replace("`", "") in kept or word == "-" for word in words)

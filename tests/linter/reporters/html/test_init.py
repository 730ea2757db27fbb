"""The HTML report, read by an HTML parser: what it says, that it needs nothing, and that no file makes markup in it."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from jinja2 import DictLoader, Environment

from linter.finding import Graph, GraphNode, Report
from linter.reporters.html import render
from tests.linter.reporters.samples import ATTACKS, CLEAN, FEW, FULL, REPORTS, RNN, TROUBLED

VOID = {"meta", "br", "input", "link", "img", "hr"}
EMPTY_SVG = {"path", "rect", "circle", "line", "polyline"}


class Document(HTMLParser):
    """Collects tags with their attributes, and text by the tag it stands in; fails on tags that do not nest."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.stack, self.text, self.raw = [], [], [], {}
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if self.stack and self.stack[-1] in ("script", "style"):
            self.raw.setdefault(self.stack[-1], []).append(data)
        else:
            self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    @property
    def said(self):
        return re.sub(r"\s+", " ", "".join(self.text))

    def values(self, name):
        return [attrs[name] for _, attrs in self.tags if name in attrs]


def check(document):
    """Assert that a document is one of ours and nothing else."""
    ids = document.values("id")
    assert len(ids) == len(set(ids))
    hrefs = document.values("href")
    assert all(href.startswith("#") or href == RNN.url for href in hrefs)
    assert {href[1:] for href in hrefs if href.startswith("#")} <= set(ids)
    assert {part for value in document.values("aria-labelledby") for part in value.split()} <= set(ids)
    assert not [
        name for _, attrs in document.tags for name in attrs if name.startswith("on") or name in ("src", "style")
    ]
    assert [tag for tag, _ in document.tags].count("script") == [tag for tag, _ in document.tags].count("style") == 1
    assert not {tag for tag, _ in document.tags} & {
        "img",
        "iframe",
        "link",
        "object",
        "embed",
        "form",
        "base",
        "foreignobject",
    }


def test_everything_is_said():
    document = Document(render(FULL))
    check(document)
    for part in (
        "2 models: 1 error, 1 warning, 1 info; 1 file not linted; 1 rule failed",
        "models/broken.h5: the file is empty",
        RNN.message,
        "Fix unsafe set activation='tanh'",
        "The same weights are applied at every time step",
        "spectral_radius 1.25",
        "rule INI210: ZeroDivisionError: division by zero",
        "not analysed: crop (Lambda), what it computes is not in the configuration",
        "skipped DAT801, DAT802: needs sample data (--data)",
        "sandbox: no network",
        "run on 512 samples in 3.2 s, ended by max_seconds",
        "dense: 3 of 8 never fire",
        "units of dense 1, 4, 7",
        "Signal over depth",
        "models/clean.h5",
    ):
        assert part in document.said


def test_the_content_policy_admits_our_style_and_script_only():
    document = Document(render(FULL))
    policy = next(
        attrs["content"] for tag, attrs in document.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    for kind in ("style", "script"):
        (text,) = ["".join(document.raw[kind])]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "http" not in "".join(document.raw["style"]) + "".join(document.raw["script"])


def test_a_layer_with_a_finding_leads_to_it():
    document = Document(render(FULL))
    links = [attrs["href"] for tag, attrs in document.tags if tag == "a"]
    assert links.count("#m0-f2") == 2  # both LSTMs of the drawing
    assert "#m0-f1" in links


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_text(attack):
    finding = replace(RNN, message=attack, layers=(attack,), name=attack, url=attack, units={attack: (1,)})
    graph = Graph((GraphNode(attack, attack, attack), GraphNode("b", "b", "B")))
    model = replace(TROUBLED, path=attack, findings=(finding,), graph=graph, sandbox=(attack,), sha256=attack)
    text = render(Report(models=(model,)))
    check(Document(text))
    assert all(
        line.isprintable() for line in re.sub("<style.*?</style>|<script.*?</script>", "", text, flags=re.S).split("\n")
    )


@FEW
@given(REPORTS)
def test_any_report_is_a_sound_document(report):
    text = render(report)
    text.encode("utf-8")
    check(Document(text))


def test_a_host_page_shows_the_report_in_its_own_frame():
    host = "<html><title>{% block title %}{% endblock %} - {{ site }}</title>{% block head %}{% endblock %}"
    host += "<nav>home</nav>{% block content %}{% endblock %}{% block script %}{% endblock %}</html>"
    base = Environment(loader=DictLoader({"base": host}), autoescape=True).get_template("base")
    document = Document(render(FULL, base=base, site="audits", nonce="abc"))
    check(document)
    assert "- audits" in document.said
    assert RNN.message in document.said
    assert [attrs.get("nonce") for tag, attrs in document.tags if tag in ("style", "script")] == ["abc", "abc"]


def test_a_huge_model_is_cut_and_says_so():
    nodes = tuple(GraphNode(f"n{index}", f"n{index}", "Dense", (None, 4)) for index in range(9_000))
    text = render(Report(models=(replace(CLEAN, graph=Graph(nodes)),)))
    assert "and 7,000 more" in text
    assert len(text) < 2_000_000


def test_without_jinja_the_user_is_told():
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from linter.finding import Report\n"
        "from linter.reporters import REPORTERS\n"
        "try: REPORTERS['html'](Report())\n"
        "except ValueError as error: print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "the html format needs jinja2: pip install 'keras-act[html]'\n"

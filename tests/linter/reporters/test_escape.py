"""Escaping, against independent readers: the unicode database, html.parser, ElementTree, GitHub's decoding rules."""

from __future__ import annotations

import json
import re
import unicodedata
from html import unescape
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from linter.reporters import escape
from tests.linter.reporters.samples import ATTACKS, TEXT

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(TEXT)
def test_plain_is_one_visible_line(text):
    shown = escape.plain(text)
    assert not [
        char for char in shown if unicodedata.category(char) in HARMFUL or unicodedata.bidirectional(char) in BIDI
    ]
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")
    assert escape.plain(shown) == shown


@pytest.mark.parametrize("text", ["conv2d_1/kernel", "Größe", "層", "слой-1", "a b", "résumé (1)", "C:\\x"])
def test_plain_leaves_ordinary_names_alone(text):
    assert escape.plain(text) == text


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\x1b", r"\x1b"),
        ("\n", r"\n"),
        ("\x00", r"\x00"),
        ("\x9b", r"\x9b"),
        ("\u202e", r"\u202e"),
        ("\u200b", r"\u200b"),
        ("\ufeff", r"\ufeff"),
        ("\ud800", r"\ud800"),
        ("\u3164", r"\u3164"),
        ("\ufe0f", r"\ufe0f"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_plain_shows_what_was_there(char, shown):
    assert escape.plain(f"a{char}b") == f"a{shown}b"


@given(TEXT)
def test_log_has_no_command(text):
    shown = escape.log(text)
    assert "::" not in shown
    assert "##" not in shown


@given(TEXT)
def test_github_decodes_to_the_plain_text(text):
    data = escape.github_data(text)
    assert "\n" not in data
    assert data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%") == escape.plain(text)
    value = escape.github_property(text)
    assert not set(value) & set(":,\r\n")
    assert value.replace("%3A", ":").replace("%2C", ",").replace("%25", "%") == escape.plain(text)


@given(TEXT)
def test_markdown_is_only_text(text):
    shown = escape.markdown(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>`*_\[\]|~!$]", shown)
    assert not re.search(r"[@#]\w|://|www\.", unescape(shown.replace("\\", "")), re.IGNORECASE)
    assert re.sub(r"\\([!-/:-@\[-`{-~])|&#8203;", r"\1", shown) == escape.plain(text)


@given(TEXT)
def test_a_code_span_ends_where_it_should(text):
    span = escape.markdown_code(text)
    fence = re.match("`+", span)[0]
    inner = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert fence not in re.findall("`+", inner)
    assert not inner.startswith("`")
    assert not inner.endswith("`")
    assert not re.search(r"(?<!\\)\|", inner)


@given(TEXT)
def test_sarif_text_has_no_link_and_no_placeholder(text):
    shown = escape.sarif(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", shown)
    assert "{" not in shown.replace("{{", "")
    assert "}" not in shown.replace("}}", "")
    undone = re.sub(r"\\([\[\]\\])", r"\1", shown).replace("{{", "{").replace("}}", "}")
    assert undone == escape.plain(text)


@given(TEXT)
def test_scalar_is_utf8_and_otherwise_unchanged(text):
    shown = escape.scalar(text)
    shown.encode("utf-8")
    if not re.search("[\ud800-\udfff]", text):
        assert shown == text
    assert json.loads(json.dumps(shown)) == shown


@given(TEXT)
def test_xml_takes_plain_text(text):
    element = ET.Element("a", {"b": escape.plain(text)})
    element.text = escape.plain(text)
    read = ET.fromstring(ET.tostring(element, encoding="utf-8"))
    assert (read.text or "") == read.get("b") == escape.plain(text)


@given(TEXT)
def test_uri_is_ascii_and_decodes_to_the_path(text):
    uri = escape.uri(text)
    assert re.fullmatch(r"[\w.~/%:-]*", uri, re.ASCII)
    assert not re.match(r"(?!file:)[\w+.-]+:", uri)
    unquote_to_bytes(uri)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("models/a b.keras", "models/a%20b.keras"),
        ("../a:b#c?d%.h5", "../a%3Ab%23c%3Fd%25.h5"),
        ("/srv/x.h5", "file:///srv/x.h5"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("na\udcefve.h5", "na%EFve.h5"),
        ("größe.h5", "gr%C3%B6%C3%9Fe.h5"),
    ],
)
def test_uri_spellings(path, uri):
    assert escape.uri(path) == uri


@pytest.mark.parametrize("attack", [*ATTACKS, "http://a", "https://a b", 'https://a"><b>', "https://a\n"])
def test_no_attack_is_a_link(attack):
    assert escape.link(attack) == ""


def test_a_rule_page_is_a_link():
    url = "https://github.com/keras-act/keras-act/blob/main/linter/rules/README.md#rnn101"
    assert escape.link(url) == url


def test_clip_marks_the_cut():
    assert escape.clip("abcdef", 5) == "ab..."
    assert escape.clip("abcde", 5) == "abcde"

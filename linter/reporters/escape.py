r"""What comes from a file made harmless for where it is shown. Knows media, not reports.

Every reporter passes paths, layer names and messages through `plain` first: one line, nothing invisible, nothing that
steers a terminal or turns text around. What has a meaning in one medium only (markup, workflow commands, percent signs)
is taken care of by the function of that medium. XML and HTML need no function here: their writers (ElementTree, Jinja)
escape markup, and `plain` has no character that they forbid.
"""

from __future__ import annotations

import re

NAME = 120
"""Characters of a name or path that are shown to people."""
TEXT = 4_000
"""Characters of a message that are shown to people."""

# printable to Python, invisible to people: fillers, joiners and variation selectors
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~!&$@])")
_REFERENCE = re.compile(r"[@#]|:(?=/)|www(?=\.)", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    r"""Return text as one visible line.

    Control, format, bidirectional, zero-width, private and lone surrogate characters stand as `\x1b`, `\u202e` ...
    """
    if text.isprintable() and not _INVISIBLE.search(text):
        return text
    return "".join(char if char.isprintable() and not _INVISIBLE.match(char) else _visible(char) for char in text)


def _visible(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def clip(text: str, limit: int = NAME) -> str:
    """Return text cut to `limit` characters, with its end marked."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def log(text: str) -> str:
    """Return one line in which a CI log finds no command: a space breaks `::name::`, `##[name]` and `##vso[...]`."""
    return re.sub(r":(?=:)", ": ", re.sub(r"#(?=#)", "# ", plain(text)))


def github_data(text: str) -> str:
    """Return the message part of a workflow command, percent-encoded as GitHub decodes it."""
    return plain(text).replace("%", "%25")


def github_property(text: str) -> str:
    """Return the value of a workflow command's property."""
    return github_data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str) -> str:
    """Return text that Markdown shows as it is, past the start of a line: no markup, link, mention or reference."""
    shown = plain(text)
    # a zero-width space of our own: hosts look for @name, #1 and https:// in what is left when the markup is gone, so
    # that a backslash alone does not stop them
    marks = [*(_backslash(mark) + "&#8203;" for mark in _REFERENCE.findall(shown)), ""]
    return "".join(_backslash(part) + mark for part, mark in zip(_REFERENCE.split(shown), marks, strict=True))


def _backslash(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def markdown_code(text: str) -> str:
    """Return text as a code span, also within a table."""
    shown = plain(text).replace("|", "\\|") or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    padding = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def sarif(text: str) -> str:
    """Return the text of a SARIF message: no embedded link, no placeholder."""
    return re.sub(r"([\[\]\\])", r"\\\1", plain(text)).replace("{", "{{").replace("}", "}}")


def scalar(text: str) -> str:
    """Return text that UTF-8 and strict JSON readers accept: as it is, but with lone surrogates made visible."""
    return _SURROGATE.sub(lambda found: _visible(found[0]), text)


def uri(path: str) -> str:
    """Return a path as a URI reference: percent-encoded bytes, `/` between the parts, `file:` where it is absolute."""
    from pathlib import PurePath
    from urllib.parse import quote

    pure = PurePath(path)
    prefix = "" if not pure.is_absolute() else "file://" if pure.as_posix().startswith("/") else "file:///"
    return prefix + quote(_bytes(pure.as_posix()), safe="/" if not pure.drive else "/:")


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")  # a name that is not UTF-8, as the system gave it
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def link(url: str) -> str:
    """Return a rule's URL where it is one that may be followed, else ""."""
    return url if re.fullmatch(r"https://[\w.~/?#&=%+:-]+", url, re.ASCII) else ""

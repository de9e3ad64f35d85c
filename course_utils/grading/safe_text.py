"""Texts that somebody else has written, shown so that nothing in them runs, loads, leads away or hides.

`legible` is for what is shown as it stands, `inert` for Markdown that another program renders, and `rendered` renders
Markdown. nbgrader's own pages pass everything in a text on to the browser, `javascript:` in a link included, whatever
HTMLExporter.sanitize_html says; so a class has `rendered` in its place (inside_nbgrader).
"""

from __future__ import annotations

import functools
import html
import re

# Of a text that is rendered; another is shown as it stands. mistune takes the cube of the stars in time.
LONGEST_TEXT, MOST_STARS = 20_000, 2_000
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
# Controls, and what lets a line be read otherwise than it stands; tabs and ends of lines may stay.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# Where Markdown, HTML or MathJax would begin something that does more than stand there.
MATHJAX = (re.compile(r"\\(?=(?:href|require|unicode|cssId|class|style|bbox|csname)(?![A-Za-z]))"), r"\\ ")
BEGINNINGS = (
    MATHJAX,
    (re.compile(r"<(?=[A-Za-z/!?])"), "< "),  # a tag, a comment, an automatic link
    (re.compile(r"\](?=[(:])"), "] "),  # a link, an image, the address of either
    (re.compile(r"^([ \t>*+.)0-9-]*(?:`{3,}(?=[^`\n]*$)|~{3,}))[^\n]*$", re.MULTILINE), r"\1"),  # mermaid
)


def inert(text: str) -> str:
    """Return a Markdown text in which no tag, link, image or command of MathJax begins; it reads as before.

    nbgrader renders Markdown without cleaning what comes out, and `javascript:` is a link to it.
    """
    text = legible(text)  # first: what it takes out could stand between the signs of a beginning
    for beginning, kept in BEGINNINGS:
        text = beginning.sub(kept, text)
    return text


def legible(text: str) -> str:
    """Return a text without terminal colours, in which what would not be seen is written out (`\\u202e`)."""
    text = ANSI.sub("", text.replace("\r\n", "\n")).replace("\r", "\n")
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def rendered(text: str, *, headings: bool = True) -> str:
    """Return the HTML of a Markdown text: no markup of its own, no address to follow or to load, mathematics as text.

    A link and a picture are written out with their address. Without `headings` one becomes a bold line, for a page
    that has headings of its own.
    """
    import bleach

    command, broken = MATHJAX  # which nbgrader's pages load
    text = command.sub(broken, legible(text))
    if len(text) > LONGEST_TEXT or text.count("*") + text.count("_") > MOST_STARS:
        return f"<pre>{html.escape(cut(text, LONGEST_TEXT))}</pre>"
    try:
        body = _markdown(headings)(text)
    except RecursionError:
        body = f"<pre>{html.escape(text)}</pre>"
    return bleach.clean(body, tags=TAGS, attributes={}, protocols=[])


def cut(text: str, longest: int, *, most_lines: int | None = None) -> str:
    """Return a text, of one that is too long the beginning and how much more there is."""
    kept = "\n".join(text.split("\n", most_lines)[:most_lines]) if most_lines else text
    kept = kept[:longest]
    rest = len(text) - len(kept)
    return f"{kept}\n… and {rest:,} more characters, which are not shown" if rest else text


TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


@functools.cache
def _markdown(headings: bool):
    """Return nbconvert's Markdown, which knows mathematics, with a renderer that lets nothing through."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        def link(self, text, url, title=None):
            return text if text == html.escape(url) else f"{text} ({html.escape(url)})"

        def image(self, text, url, title=None):
            return f"[picture: {self.link(text, url)}]"

        def heading(self, text, level, **_):
            return f"<h{level}>{text}</h{level}>\n" if headings else f"<p><strong>{text}</strong></p>\n"

        def block_code(self, code, info=None):
            return f"<pre><code>{html.escape(code)}</code></pre>\n"

    return MarkdownWithMath(renderer=Renderer(escape=True)).render

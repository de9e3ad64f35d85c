"""Tests of course_utils.grading.safe_text: what others have written, made harmless and kept readable."""

from __future__ import annotations

import time

import bs4
import pytest

from course_utils.grading import safe_text
from course_utils.grading.safe_text import LONGEST_TEXT, TAGS, cut, inert, legible, rendered

MARKUP = [
    ("a <script>alert(1)</script>", "a < script>alert(1)< /script>"),
    ("<!-- x --> <?x ?> </p>", "< !-- x --> < ?x ?> < /p>"),
    ("<\x1b[0mimg src=x>", "< img src=x>"),
    ("[here](javascript:alert(1))", "[here] (javascript:alert(1))"),
    ("[x]: data:text/html,1", "[x] : data:text/html,1"),
    (r"$\href{javascript:alert(1)}{x} \hrefs$", r"$\ href{javascript:alert(1)}{x} \hrefs$"),
    ("1. ```&#109;ermaid\nx\n```", "1. ```\nx\n```"),
    ("~~~mermaid `\nx", "~~~\nx"),
    ("```x``` is $1 < 2$, a[0] and [text]", "```x``` is $1 < 2$, a[0] and [text]"),
]


@pytest.mark.parametrize(("text", "shown"), MARKUP)
def test_no_markup_begins_in_an_inert_text(text, shown):
    assert inert(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link", "link"),
        ("a\x00b\u202ec", r"a\u0000b\u202ec"),
        ("50%\r100%\r\n\tend", "50%\n100%\n\tend"),
        ("\ud800", r"\ud800"),
        ("λ ≤ 1 👩\u200d🔬", "λ ≤ 1 👩\u200d🔬"),
    ],
)
def test_what_would_not_be_seen_is_written_out(text, shown):
    assert legible(text) == shown


def test_a_text_keeps_the_look_that_markdown_gives_it():
    shown = rendered("**Bold**, `code` and $a_1 < b_1$\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    soup = bs4.BeautifulSoup(shown, "html.parser")
    assert {tag.name for tag in soup.find_all()} >= {"p", "strong", "code", "ul", "li", "table", "td"}
    assert "$a_1 < b_1$" in soup.text


HARMFUL = [
    "<script>window.ran = 1</script>",
    "<img src=x onerror=run()>",
    "<a href='javascript:run()'>x</a>",
    "[x](javascript:run())",
    "[x](java&#115;cript:run())",
    "[x](http://outside.example 'title')",
    "![x](http://outside.example/x.png)",
    "![x](attachment:missing)",
    "[x]\n\n[x]: javascript:run()",
    "<javascript:run()> <http://outside.example> http://outside.example",
    "```mermaid\n<img onerror=1>\n```",
    "```'onmouseover=run()\nx\n```",
    "$<img onerror=1>$\n\n$$</pre><script>1</script>$$\n\n\\begin{a}<script>\\end{a}",
    "<div style='x'>\n\n# A\n\n</div><!-- a --> <![CDATA[ x ]]>",
    '<p title="`"><b onclick=`">',
    "| <script> | b |\n|:---:|---|\n| [x](javascript:1) | \x00 |\n",
    "# <iframe src=//outside.example>\n\n> <style>@import 'x'</style>\n\n~~<base href=x>~~",
]


@pytest.mark.parametrize("text", HARMFUL)
def test_what_is_rendered_has_no_attribute_and_only_tags_of_markdown(text):
    soup = bs4.BeautifulSoup(rendered(text), "html.parser")
    assert {tag.name for tag in soup.find_all()} <= TAGS
    assert [tag.attrs for tag in soup.find_all() if tag.attrs] == []
    assert soup.find_all(string=lambda found: isinstance(found, bs4.Comment)) == []


def test_a_link_and_a_picture_are_written_out():
    assert "see the page (https://a.example/?b&amp;c)" in rendered("see [the page](https://a.example/?b&c)")
    assert "[picture: a bend (b.png)]" in rendered("![a bend](b.png)")


def test_no_command_of_mathjax_that_acts_is_rendered():
    assert r"$\ href{javascript:1}{x} \hrefs$" in rendered(r"$\href{javascript:1}{x} \hrefs$")


def test_headings_give_way_on_a_page_that_has_its_own():
    assert rendered("# A") == "<h1>A</h1>\n"
    assert rendered("# A", headings=False) == "<p><strong>A</strong></p>\n"


def test_markup_of_a_text_is_shown_as_it_was_typed():
    shown = rendered("<h1>x</h1>\n\n```python\nif a < b: pass\n```")
    assert bs4.BeautifulSoup(shown, "html.parser").text.strip() == "<h1>x</h1>\nif a < b: pass"


def test_a_text_too_deep_to_be_rendered_is_shown_as_it_stands(monkeypatch):
    def too_deep(text):
        raise RecursionError

    monkeypatch.setattr(safe_text, "_markdown", lambda headings: too_deep)
    assert rendered("<b>") == "<pre>&lt;b&gt;</pre>"


def test_a_text_that_is_too_long_is_shown_plain_and_cut():
    shown = rendered("*a*" + "<" * LONGEST_TEXT)
    assert shown.startswith("<pre>*a*&lt;")
    assert shown.endswith("… and 3 more characters, which are not shown</pre>")
    assert cut("abc", 3) == "abc"


SLOW = [
    "[",
    "> ",
    "*",
    "_a",
    "`",
    "$$",
    "\\begin{a}",
    "<",
    "- ",
    "|",
    "![",
    "&",
    "\\(",
    "(",
    "1. ",
    "~~",
    "**a ",
]


@pytest.mark.parametrize("pattern", SLOW)
def test_no_text_takes_long_to_render(pattern):
    start = time.perf_counter()
    half = LONGEST_TEXT // len(pattern) // 2
    rendered(pattern * half + pattern[::-1] * half)
    assert time.perf_counter() - start < 20

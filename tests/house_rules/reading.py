"""A stored notebook as cells that know their section, and a module as its syntax tree."""

from __future__ import annotations

import ast
import html
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

FENCED_CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE_SPAN = re.compile(r"`[^`\n]*`")
MATHEMATICS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+(?:\n[^$\n]+)*\$", re.DOTALL)
HTML_TAG = re.compile(r"<(style|script|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
# a Sources paragraph ends at the next blank line that opens another bold paragraph, or with the cell
SOURCES = re.compile(r"^\*\*Sources\b.*?(?=^\*\*(?!Sources)|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell of a stored notebook; `section` is the `## ` heading above it, "" before the first."""

    index: int
    section: str
    data: dict[str, Any]

    @property
    def source(self) -> str:
        """The text as one string, whichever of the two stored forms it has."""
        return joined(self.data["source"])

    @property
    def is_code(self) -> bool:
        """Whether the cell is run."""
        return self.data["cell_type"] == "code"

    @property
    def is_markdown(self) -> bool:
        """Whether the cell is read."""
        return self.data["cell_type"] == "markdown"

    @property
    def metadata(self) -> dict[str, Any]:
        """What the notebook stores about the cell."""
        return self.data.get("metadata", {})

    @property
    def tags(self) -> set[str]:
        """The cell's tags."""
        return set(self.metadata.get("tags", ()))

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """The stored outputs, none for Markdown."""
        return self.data.get("outputs", [])

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree, or None where the cell is not plain Python."""
        try:
            return ast.parse(self.source)
        except SyntaxError:
            return None

    def nodes(self, *kinds: type) -> list[Any]:
        """Every node of these kinds in the cell's syntax tree."""
        return [] if self.tree is None else [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def calls(self, *names: str) -> list[ast.Call]:
        """Every call of a function with one of these names, alone or as an attribute."""
        return [call for call in self.nodes(ast.Call) if last_name(call.func) in names]

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The outputs that hold a picture."""
        return [output for output in self.outputs if "image/png" in output.get("data", {})]

    @property
    def output_text(self) -> str:
        """All that a reader can read in the stored outputs: streams, text, tables, captions."""
        texts = []
        for output in self.outputs:
            texts.append(joined(output.get("text", "")))
            data = output.get("data", {})
            texts += [joined(data[kind]) for kind in ("text/plain", "text/markdown") if kind in data]
            texts.append(html.unescape(HTML_TAG.sub(" ", joined(data.get("text/html", "")))))
        return "\n".join(texts)

    def __str__(self) -> str:
        first_line = self.source.strip().split("\n")[0]
        return f"cell {self.index} ({first_line[:50]!r})"


@dataclass(frozen=True)
class Notebook:
    """A stored notebook."""

    name: str
    text: str

    @cached_property
    def data(self) -> dict[str, Any]:
        """The notebook as JSON holds it."""
        return json.loads(self.text)

    @cached_property
    def cells(self) -> list[Cell]:
        """The cells in order, each with the section it stands in."""
        cells, section = [], ""
        for index, data in enumerate(self.data["cells"]):
            if data["cell_type"] == "markdown":
                headings = headings_of(joined(data["source"]), level=2)
                section = headings[-1] if headings else section
            cells.append(Cell(index, section, data))
        return cells

    @property
    def code(self) -> list[Cell]:
        """The cells that are run."""
        return [cell for cell in self.cells if cell.is_code]

    @property
    def markdown(self) -> list[Cell]:
        """The cells that are read."""
        return [cell for cell in self.cells if cell.is_markdown]

    @property
    def course(self) -> dict[str, Any]:
        """What the notebook says about itself in metadata.course."""
        return self.data["metadata"].get("course", {})

    @property
    def sections(self) -> list[str]:
        """The `## ` headings in order."""
        return [heading for cell in self.markdown for heading in headings_of(cell.source, level=2)]

    def in_section(self, section: str) -> list[Cell]:
        """The cells that stand under this heading."""
        return [cell for cell in self.cells if cell.section == section]

    def tagged(self, tag: str) -> list[Cell]:
        """The cells that carry this tag."""
        return [cell for cell in self.cells if tag in cell.tags]


def read_notebook(path: Path) -> Notebook:
    """Return the notebook stored at this path."""
    return Notebook(path.name, path.read_text(encoding="utf-8"))


def joined(text: str | list[str]) -> str:
    """Return a notebook's text, which may be stored as a list of lines, as one string."""
    return text if isinstance(text, str) else "".join(text)


def headings_of(markdown: str, *, level: int) -> list[str]:
    """Return the headings of exactly this level, without their signs."""
    signs = "#" * level
    lines = FENCED_CODE.sub("", markdown).splitlines()
    return [line[level:].strip() for line in lines if line.startswith(signs + " ")]


def count_words(markdown: str) -> int:
    """Count what is read in words: no code, no mathematics, no address."""
    return len(re.findall(r"[^\W\d_][\w'’-]*", prose_of(markdown)))


def prose_of(markdown: str) -> str:
    """Return what is left to read in words: no code, no mathematics, no address of a link.

    Everything removed leaves blanks of the same length, so that positions still mean the same place.
    """
    text = markdown.replace(r"\$", "  ")
    for pattern in (FENCED_CODE, CODE_SPAN, MATHEMATICS):
        text = pattern.sub(blanked, text)
    return LINK.sub(lambda link: f" {link[2]} ".ljust(len(link[0])), text)


def blanked(match: re.Match[str]) -> str:
    """Return blanks in place of the match, its line breaks kept."""
    return re.sub(r"[^\n]", " ", match[0])


@cache
def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a module; many rules read the same one, and none changes it."""
    return ast.parse(source)


def last_name(function: ast.expr) -> str:
    """Return `f` for both `f` and `a.b.f`, and "" for anything else."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def dotted_name(expression: ast.expr) -> str:
    """Return `a.b.c` for that expression, and "" for one that is not a plain name."""
    if isinstance(expression, ast.Attribute):
        before = dotted_name(expression.value)
        return f"{before}.{expression.attr}" if before else ""
    return expression.id if isinstance(expression, ast.Name) else ""


def imported_modules(tree: ast.AST) -> set[str]:
    """Return every module that is imported anywhere in the tree, `a.b` and `a.b.c` for `from a.b import c`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names

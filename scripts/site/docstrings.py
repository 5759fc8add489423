"""Docstrings for Sphinx: their formulas as formulas, and their plain text safe from markup."""

import re
import unicodedata

from scripts.site.formulas import find_formulas, whole_formula

CODE = re.compile(r"``.*?``|:\w+:`[^`]*`|`[^`]*`", re.DOTALL)
EMPHASIS = re.compile(r"(?<![\w*])\*\w[^*\n]*\w\*(?![\w*])|\*\*\w[^*\n]*\w\*\*")


def typeset(lines: list[str]) -> list[str]:
    """Return the lines of a docstring, in reStructuredText, with their formulas typeset.

    An indented block of formulas alone is set apart; within a paragraph they stand in the line.
    Other indented blocks after ``::`` are code.
    """
    blocks = re.split(r"\n(?:[ ]*\n)+", unicodedata.normalize("NFC", "\n".join(lines)))
    out: list[str] = []
    code_after: int | None = None  # indentation of the paragraph that announced code
    for block in blocks:
        indent = len(block) - len(block.lstrip(" "))
        formulas = [whole_formula(line) for line in block.splitlines()]
        if code_after is not None and indent <= code_after:
            code_after = None
        if indent and all(formulas) and not block.isascii():
            if code_after is not None:
                out[-1] = out[-1].removesuffix("::") + ":"
                indent, code_after = code_after, None
            out += [f"{' ' * indent}.. math::\n\n{' ' * indent}   {tex}" for tex in formulas]
        elif code_after is not None:
            out.append(block)
        else:
            out.append(paragraph(block))
            if block.rstrip().endswith("::"):
                last = block.splitlines()[-1]
                code_after = len(last) - len(last.lstrip(" "))
    return "\n\n".join(out).splitlines()


def paragraph(text: str) -> str:
    """Return a paragraph with formulas as roles, and signs escaped that would be markup."""
    out, at = [], 0
    for start, end, tex in find_formulas(text):
        before = "" if text[:start][-1:].isspace() or not start else "\\ "
        after = "" if text[end : end + 1].isspace() or end == len(text) else "\\ "
        out += [escaped(text[at:start]), f"{before}:math:`{tex.strip()}`{after}"]
        at = end
    return "".join([*out, escaped(text[at:])])


def escaped(text: str) -> str:
    """Escape | and * outside of code and emphasis."""
    kept = [m.span() for pattern in (CODE, EMPHASIS) for m in pattern.finditer(text)]
    return re.sub(
        r"[|*]",
        lambda m: m[0] if any(a <= m.start() < b for a, b in kept) else "\\" + m[0],
        text,
    )

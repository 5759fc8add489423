"""Formulas in plain Unicode, as docstrings have them, into TeX: ``y = γ·x̂ + β``.

A formula is read by a small grammar. What does not fit in is no formula, and stays as it is:

    formula  := sum (relation sum)+
    sum      := term ((+ | −) term)*
    term     := −? factor ((· | × | / | nothing, after Σ or a number) factor)*
    factor   := (Σ | √ | ∂)* base scripts*
    base     := number | name | name(…) | name[…] | (…) | ‖…‖ | |…| | ⟨…⟩ | ⌊…⌋
"""

import re
import unicodedata

LOW, HIGH = "₀-₉ᵢⱼₖₗₘₙₚₜ", "⁰¹²³⁴-⁹⁺⁻ᵀᵗˣᵏ½"
LETTER = "[A-Za-zα-ωΑ-ΡΤ-Ω\u00c0-\u024f\u1e00-\u1eff][\u0302\u0304]?"
TOKEN = re.compile(rf"\s*(:=|\d+(?:\.\d+)?|(?:{LETTER})+|\S)")
SCRIPT = re.compile(rf"[{LOW}]+|[{HIGH}]+|′+|_[A-Za-z]+′?")
RELATIONS = {
    "=": "=", ":=": r"\coloneqq", "≤": r"\le", "≥": r"\ge", "<": "<", ">": ">",
    "≈": r"\approx", "→": r"\to", "∈": r"\in",
}  # fmt: skip
SUMS = {"+": "+", "−": "-", "±": r"\pm"}
PRODUCTS = {"·": r"\cdot ", "×": r"\times "}
BRACKETS = {
    "(": (")", "(", ")"), "[": ("]", "[", "]"), "‖": ("‖", r"\lVert ", r"\rVert "),
    "|": ("|", r"\lvert ", r"\rvert "), "⟨": ("⟩", r"\langle ", r"\rangle "),
    "⌊": ("⌋", r"\lfloor ", r"\rfloor "),
}  # fmt: skip
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "ε": "varepsilon", "η": "eta", "θ": "theta",
    "λ": "lambda", "μ": "mu", "σ": "sigma", "τ": "tau", "φ": "varphi", "χ": "chi",
}  # fmt: skip
MARKS = {"\u0302": "hat", "\u0304": "bar"}


class NoFormulaError(ValueError):
    """The text is none, or one that the grammar does not know."""


def find_formulas(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, TeX) of every formula within a text; code between `` is passed over."""
    text = unicodedata.normalize("NFC", text)
    found, at = [], 0
    spans = [m.span() for m in re.finditer(r"``.*?``|`[^`]*`", text, re.DOTALL)]
    for match in re.finditer(r"(?<![\w.])[^\s,.;:)\]]", text):
        start = match.start()
        inside = any(low <= start < high for low, high in spans)
        if start < at or inside:
            continue
        try:
            tex, end = _Reader(text, start).formula()
        except NoFormulaError:
            continue
        if not text[start:end].isascii() and not any(
            low < end and start < high for low, high in spans
        ):
            found.append((start, end, tex))
            at = end
    return found


def whole_formula(line: str) -> str | None:
    """Return the TeX of a line that holds formulas and nothing else; None for any other line."""
    line = unicodedata.normalize("NFC", line.strip())
    parts = re.split(r"(,? {2,}(?:or {2,})?)", line)
    out = []
    for part, gap in zip(parts[::2], [*parts[1::2], ""], strict=True):
        try:
            tex, end = _Reader(part, 0).formula()
        except NoFormulaError:
            return None
        if part[end:].strip(" .,"):
            return None
        out.append(tex + (r" \quad\text{or}\quad " if "or" in gap else r" \qquad " if gap else ""))
    return "".join(out)


class _Reader:
    """Reads one formula from a place in a text."""

    def __init__(self, text: str, start: int):
        self.text, self.at = text, start

    def formula(self) -> tuple[str, int]:
        tex, end = self.sum(), self.at
        relations = 0
        while (sign := self.peek()) in RELATIONS:
            self.next()
            tex += f" {RELATIONS[sign]} {self.sum()}"
            relations, end = relations + (sign in ("=", ":=")), self.at
        if not relations or re.match(r"[\w(\[^'’]", self.text[end:]):
            raise NoFormulaError
        return tex, end

    def sum(self) -> str:
        tex = self.term()
        while self.peek() in SUMS and self.text[self.at :][:1].isspace():
            mark = self.at
            tex_sign = SUMS[self.next()]
            try:
                tex += f" {tex_sign} {self.term()}"
            except NoFormulaError:
                self.at = mark
                break
        return tex

    def term(self) -> str:
        if self.peek() == "−":
            self.next()
            return f"-{self.term()}"
        summed = self.peek() == "Σ"
        done, (last, loose) = "", self.factor()
        while True:
            sign, mark = self.peek(), self.at
            beside = self.text[mark : mark + 1] == sign
            try:
                if sign in PRODUCTS:
                    self.next()
                    done, (last, loose) = done + last + PRODUCTS[sign], self.factor()
                elif sign == "/":  # with a space before it, all that is before it is divided
                    self.next()
                    below, loose = self.factor()
                    if not beside:
                        done, last = "", done + last
                    last = rf"\frac{{{_bare(last)}}}{{{_bare(below)}}}"
                elif loose or (sign in ("(", "‖") and (beside or summed)) or self.column():
                    summed = summed or sign == "Σ"
                    done, (last, loose) = rf"{done}{last}\,", self.factor()
                else:
                    return done + last
            except NoFormulaError:
                self.at = mark
                return done + last

    def column(self) -> bool:
        """Whether a transposed letter follows beside the last one: Σ a aᵀ."""
        return bool(re.match(r"\s?[A-Za-z]ᵀ", self.text[self.at :]))

    def factor(self) -> tuple[str, bool]:
        """Return a factor, and whether it wants another one beside it, as Σᵢ and 2 do."""
        sign = self.peek()
        if sign == "Σ":
            self.next()
            if self.text[self.at : self.at + 1] in ("′", "^"):
                raise NoFormulaError  # a covariance
            return rf"\sum{self.scripts()} ", True
        if sign == "√":
            self.next()
            return rf"\sqrt{{{_bare(self.factor()[0])}}}", False
        if sign == "∂":
            self.next()
            return rf"\partial {self.factor()[0]}", False
        number = sign[:1].isdigit() or sign == "½"
        factor = self.base() + self.scripts()
        return factor, number and self.peek() in ("Σ", "(", "‖")

    def base(self) -> str:
        token = self.next()
        if token in BRACKETS:
            return self.bracket(token)
        if token[0].isdigit() or token == "½":
            return r"\tfrac12 " if token == "½" else token
        if token == "…":
            return r"\dots "
        if not token[0].isalpha():
            raise NoFormulaError
        if len(token) > 1 and (more := re.match(r"_\w+", self.text[self.at :])):
            self.at += more.end()  # a function of the package
            token += more[0]
        scripts = self.scripts()
        if self.text[self.at : self.at + 1] in ("(", "["):
            return _name(token) + scripts + self.bracket(self.next())
        return _name(token) + scripts

    def bracket(self, opening: str) -> str:
        closing, left, right = BRACKETS[opening]
        parts = [self.entry()]
        while self.peek() == ",":
            self.next()
            parts.append(self.entry())
        if self.next() != closing:
            raise NoFormulaError
        return rf"\left{left}{', '.join(parts)}\right{right}"

    def entry(self) -> str:
        tex = self.sum()
        while self.peek() in RELATIONS:
            tex += f" {RELATIONS[self.next()]} {self.sum()}"
        return tex

    def scripts(self) -> str:
        low, high = "", ""
        while match := SCRIPT.match(self.text, self.at):
            self.at = match.end()
            script = match[0]
            if script[0] == "_":
                low += _index(script[1:])
            elif script[0] == "′":
                high += r"\prime " * len(script)
            elif re.match(f"[{LOW}]", script):
                low += unicodedata.normalize("NFKC", script)
            else:
                plain = unicodedata.normalize("NFKC", script)
                high += plain.replace("T", r"\top ").replace("−", "-")
        return (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "")

    def peek(self) -> str:
        match = TOKEN.match(self.text, self.at)
        return match[1] if match else ""

    def next(self) -> str:
        match = TOKEN.match(self.text, self.at)
        if not match:
            raise NoFormulaError
        self.at = match.end()
        return match[1]


def _bare(tex: str) -> str:
    """Drop brackets around all of it: a fraction's bar and a root's say as much."""
    if not (tex.startswith(r"\left(") and tex.endswith(r"\right)")):
        return tex
    depth = 0
    for match in re.finditer(r"\\left\(|\\right\)", tex):
        depth += 1 if match[0] == r"\left(" else -1
        if depth == 0:
            return tex[len(r"\left(") : -len(r"\right)")] if match.end() == len(tex) else tex
    return tex


def _index(name: str) -> str:
    """Indices are variables, in a row; a longer word stands upright."""
    word = name.rstrip("′")
    prime = r"^{\prime}" * (name != word)
    return (word if len(word) <= 3 else rf"\text{{{word}}}") + prime


def _name(name: str) -> str:
    """A letter is a variable, dx the gradient of one, a longer word upright."""
    plain = unicodedata.normalize("NFD", name)
    letters = [c for c in plain if c not in MARKS]
    if len(letters) == 2 and letters[0] == "d":
        return f"d{_name(plain[1:])}"
    if len(letters) > 1:
        return r"\text{" + name + "}"
    tex = rf"\{GREEK[letters[0]]} " if letters[0] in GREEK else letters[0]
    for mark in (MARKS[c] for c in plain if c in MARKS):
        tex = rf"\{mark}{{{tex}}}"
    return tex

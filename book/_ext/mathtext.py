r"""TeX as plain text, for search: ``\frac{m \odot x}{q}`` reads ``(m ⊙ x)/q``.

What has no character of its own keeps its name. Nothing here can fail: a formula that KaTeX can't
read has stopped the build already, and anything else is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|\s+|[^\s\\]", re.DOTALL)
# fmt: off
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ",
    "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ",
    "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}
SYMBOLS = GREEK | {
    "ell": "ℓ", "infty": "∞", "partial": "∂", "nabla": "∇", "top": "T", "dots": "…", "ldots": "…",
    "cdots": "…", "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "lvert": "|", "rvert": "|",
    "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "{": "{", "}": "}", "%": "%",
    "_": "_", "&": "&", "#": "#", "$": "$", "sum": "∑ ", "prod": "∏ ", "int": "∫ ",
}
# With a space on both sides.
OPERATORS = {
    "cdot": "·", "times": "×", "odot": "⊙", "pm": "±", "mp": "∓", "le": "≤", "leq": "≤",
    "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "sim": "∼", "propto": "∝",
    "in": "∈", "mid": "|", "to": "→", "mapsto": "↦", "rightarrow": "→", "leftarrow": "←",
    "Longrightarrow": "⟹", "bmod": "mod",
}
FUNCTIONS = {"log", "exp", "sin", "cos", "tanh", "max", "min", "lim", "arg", "Pr", "det"}
SPACES = {"quad", "qquad", ",", ";", ":", " ", "\n"}
SILENT = {
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "!",
    "displaystyle", "textstyle",
}
# fmt: on
FONTS = {"mathbb", "mathbf", "mathsf", "mathcal", "mathit", "boldsymbol"}
FRACTIONS = {"frac", "tfrac", "dfrac"}
WORDS = {"text", "textbf", "mathrm", "operatorname"}
ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
COVERED = {"underbrace", "overbrace", "overline", "xrightarrow"}
RAISED = dict(zip("0123456789+-=()inT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵀ", strict=True))
LOWERED = dict(
    zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
RELATIONS = r"=<>≤≥≠≈∼∝∈→←↦⟹"
PLAIN = re.compile(r"[^\s/+−()]+|\([^()]*\)")
WORD = re.compile(r"[\w.]+")


class _Reader:
    """Reads one formula; `text` consumes up to an end, `argument` one token or group."""

    def __init__(self, tex: str) -> None:
        self.tokens: Iterator[str] = iter(TOKEN.findall(tex))
        self.kept: list[str] = []

    def take(self) -> str:
        """Return the next token, "" at the end."""
        return self.kept.pop() if self.kept else next(self.tokens, "")

    def peek(self) -> str:
        """Return the next token that is no space, and leave it."""
        token = self.take()
        while token.isspace():
            token = self.take()
        self.kept.append(token)
        return token

    def text(self, end: str = "") -> str:
        """Return the text up to the token `end`, which is consumed."""
        parts: list[str] = []
        while (token := self.take()) not in ("", end):
            parts.append(self.one(token))
        return "".join(parts)

    def argument(self) -> str:
        """Return the text of what follows a command: a group, or a single token."""
        self.peek()
        token = self.take()
        return tidy(self.text("}") if token == "{" else self.one(token) if token else "")

    def raw(self, end: str = "}") -> str:
        """Return a group as it stands, its spaces among it."""
        if self.peek() != "{":
            return self.argument()
        self.take()
        parts, depth = [], 1
        while depth and (token := self.take()):
            depth += {"{": 1, "}": -1}.get(token, 0)
            parts.append(token if depth else "")
        return "".join(parts)

    def option(self) -> str:
        """Return what stands in brackets, if they follow."""
        if self.peek() != "[":
            return ""
        self.take()
        return self.text("]")

    def one(self, token: str) -> str:
        """Return the text of a token with its arguments."""
        if token.startswith("\\") and len(token) > 1:
            return self.command(token[1:])
        if token == "{":
            group = self.text("}")
            return "\u2063,\u2063" if group == ", " else group  # 10{,}000
        if token in ("^", "_"):
            return script(self.argument(), token)
        if token in RELATIONS or token in "+-":
            return f" {token.replace('-', '−')} "
        return {"&": " ", "~": " ", ",": ", ", "'": "′", "}": ""}.get(token, token.strip())

    def command(self, name: str) -> str:
        """Return the text of a command with its arguments."""
        if name in SYMBOLS:
            return SYMBOLS[name]
        if name in OPERATORS:
            return f" {OPERATORS[name]} "
        if name in FRACTIONS:
            return f" {enclosed(self.argument())}/{enclosed(self.argument())} "
        if name in ACCENTS:
            return accented(self.argument(), ACCENTS[name])
        if name in WORDS:
            if self.peek() == "*":
                self.take()
            return upright(self.raw(), name)
        if name in FONTS or name in COVERED:
            return self.argument()
        if name == "sqrt":
            return f"√{enclosed(self.argument())}"
        if name == "binom":
            return f"({self.argument()} over {self.argument()})"
        if name in ("begin", "end"):
            self.raw()
            return " "
        if name == "\\":
            self.option()
            return "; "
        if name in FUNCTIONS:
            return f" {name} "
        return "" if name in SILENT else " " if name in SPACES else f" {name} "


def script(text: str, mark: str) -> str:
    """Return a superscript or subscript, in small characters if all of it has them."""
    table = RAISED if mark == "^" else LOWERED
    plain = text.replace("−", "-").replace(" ", "")
    if plain and all(letter in table for letter in plain):
        return "".join(table[letter] for letter in plain)
    if text in ("′", ""):
        return text
    return f"{mark}{text} " if WORD.fullmatch(text) else f"{mark}({text}) "


def enclosed(text: str) -> str:
    """Return a text in parentheses unless it is a single thing."""
    return text if PLAIN.fullmatch(text) else f"({text})"


def accented(text: str, accent: str) -> str:
    """Return a letter with its accent; a longer text keeps the accent at its first letter."""
    return text[:1] + accent + text[1:]


def upright(text: str, name: str) -> str:
    """Return words; the name of a function stands off from what follows."""
    words = text.replace("$", "") if name.startswith("text") else readable(text)
    return f" {words} " if len(words) > 1 else words


def tidy(text: str) -> str:
    """Return the text with single spaces, where a reader expects them."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(rf"(^|[(\[{{,;/·|{RELATIONS}]) ?− ", r"\1 −", text)
    text = re.sub(r"([(\[{⟨]) ", r"\1", text)
    text = re.sub(r" ([)\]}⟩,;.^_⁰¹²³⁴-⁾ⁱⁿᵀ₀-₎ₐ-ₜᵢ-ᵥⱼ])", r"\1", text)
    text = re.sub(r"([^\W\d]) (?=[(\[])", r"\1", text)  # Var[X], log(x)
    text = re.sub(r"[,;]*;[; ]*", "; ", text)
    return re.sub(r"\s+", " ", text.replace("\u2063", "")).strip(" ;")


def readable(tex: str) -> str:
    """Return a formula as text that can be read and searched.

    Parameters
    ----------
    tex : str
        TeX without its dollars, as KaTeX reads it.

    Returns
    -------
    str
        One line without a backslash; Greek letters, operators and small indices in Unicode.
    """
    return tidy(_Reader(tex).text()).replace("\\", "")

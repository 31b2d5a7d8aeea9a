"""Markdown with TeX as plain Unicode text, for hints that a terminal shows."""

from __future__ import annotations

import re
import unicodedata

TOKEN = re.compile(r"\\[a-zA-Z]+\*?|\\.|[{}^_&~]|\s+|.", re.S)
SYMBOLS = {
    "cdot": "·", "times": "×", "odot": "⊙", "otimes": "⊗", "le": "≤", "leq": "≤", "ge": "≥",
    "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡", "sim": "~", "propto": "∝",
    "pm": "±", "to": "→", "mapsto": "↦", "infty": "∞", "partial": "∂", "nabla": "∇", "sum": "∑",
    "prod": "∏", "int": "∫", "in": "∈", "notin": "∉", "ldots": "…", "dots": "…", "cdots": "⋯",
    "mid": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "lvert": "|", "rvert": "|",
    "vert": "|", "top": "ᵀ", "ell": "ℓ", "circ": "∘", "prime": "′", "star": "*", "ast": "*",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "{": "{", "}": "}",
    "%": "%", "$": "$", "#": "#", "_": "_", "&": "&", "\\": "; ",
    ",": " ", ";": " ", ":": " ", " ": " ", "!": "", "quad": "  ", "qquad": "  ",
}  # fmt: skip
DROPPED = ("left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "limits", "displaystyle")
WRAPPERS = ("mathbb", "mathrm", "mathbf", "mathcal", "mathsf", "mathit", "boldsymbol", "text")
NAMED = ("log", "ln", "exp", "max", "min", "sin", "cos", "tanh", "arg", "det", "sup", "inf", "Pr")
QUARTERS = {"1/2": "½", "1/4": "¼", "3/4": "¾"}
FRACTIONS = ("frac", "tfrac", "dfrac")
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307", "vec": "\u20d7"}
ACCENTS |= {"widehat": "\u0302", "overline": "\u0304", "widetilde": "\u0303"}
SUPER = dict(zip("0123456789+−=()niT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀ", strict=True)) | {"ᵀ": "ᵀ", "′": "′"}
SUB = dict(zip("0123456789+−=()aeijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*\2[ \t]*$", re.M | re.S)
INLINE = re.compile(
    r"(?P<code>`[^`]+`) | \$\$(?P<display>.+?)\$\$ | \$(?P<math>(?:\\.|[^$\\])+?)\$"
    r" | \[(?P<link>[^\[\]]+)\]\([^()\s]*\) | </?(?:sub|sup|kbd|em|strong)> | (?P<bold>\*\*)"
    r" | (?<![\w*])\*(?P<italic>[^\s*](?:[^*]*[^\s*])?)\*(?![\w*])",
    re.S | re.X,
)


def plain(markdown: str) -> str:
    """Write Markdown as text for a terminal: no TeX, no links, code set off by its margin."""
    parts, at = [], 0
    for block in FENCE.finditer(markdown):
        parts.append(_inline(markdown[at : block.start()]))
        code = block[3].rstrip("\n").splitlines()
        parts.append("\n".join(f"    {line}".rstrip() for line in code))
        at = block.end()
    parts.append(_inline(markdown[at:]))
    return "".join(parts).strip("\n")


def tex(formula: str) -> str:
    r"""Write a formula in Unicode: ``\frac{p}{1-p} x_i^2`` is ``p/(1 − p) xᵢ²``."""
    formula = re.sub(r"\\(?:begin|end)\{[a-z*]+\}|\\tag\{[^}]*\}|\\\\\[[^\]]*\]", " ", formula)
    text, rest = _group(TOKEN.findall(formula))
    while rest:  # a brace too many
        more, rest = _group(rest[1:])
        text += more
    text = re.sub(r"\s*([=<>≤≥≠≈∝≡∈→↦·×⊙])\s*", r" \1 ", text)
    text = re.sub(r"‖\s*([^‖]*?)\s*‖", r"‖\1‖", text)
    text = re.sub(r"\s+([)\],.;:!?/])", r"\1", text)
    return unicodedata.normalize("NFC", re.sub(r" {2,}", " ", text).strip())


def _inline(text: str) -> str:
    def replace(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        if formula := found["display"] or found["math"]:
            return tex(formula)
        if inner := found["link"] or found["italic"]:
            return _inline(inner)
        return ""

    return INLINE.sub(replace, text)


def _group(tokens: list[str]) -> tuple[str, list[str]]:
    """Text up to the brace that closes the group, and the tokens from there."""
    out = ""
    while tokens and tokens[0] != "}":
        piece, tokens = _piece(tokens, out)
        out += piece
    return out, tokens


def _piece(tokens: list[str], before: str) -> tuple[str, list[str]]:
    """The next symbol, group or command as text; `before` is what stands to its left."""
    token, rest = tokens[0], tokens[1:]
    if token in ("^", "_"):
        script, rest = _argument(rest)
        table, mark = (SUPER, "^") if token == "^" else (SUB, "_")
        small = script.replace(" ", "")
        if all(letter in table for letter in small) and not small.isalpha() | (small == ""):
            return "".join(table[letter] for letter in small), rest
        if small in table:
            return table[small], rest
        return mark + (script if re.fullmatch(r"\w+|\(.*\)", script) else f"({script})"), rest
    if token == "{":
        inner, rest = _group(rest)
        return inner, rest[1:]
    if token == "-":
        binary = before.rstrip() and before.rstrip()[-1] not in "(=<>≤≥≠≈·×+,−/[|"
        return " − " if binary else "−", _skip(rest)
    if token == "+":
        return " + ", _skip(rest)
    if token.startswith("\\"):
        return _command(token[1:].rstrip("*"), rest)
    return {"&": " ", "~": " "}.get(token, " " if token.isspace() else token), rest


def _command(name: str, rest: list[str]) -> tuple[str, list[str]]:
    if name in FRACTIONS:
        top, rest = _argument(rest)
        bottom, rest = _argument(rest)
        text = f"{_bracketed(top)}/{_bracketed(bottom)}"
        return QUARTERS.get(text, f"{text} "), rest
    if name == "binom":
        top, rest = _argument(rest)
        bottom, rest = _argument(rest)
        return f"C({top}, {bottom})", rest
    if name == "sqrt":
        inner, rest = _argument(rest)
        return f"√{inner}" if len(inner) == 1 else f"√({inner})", rest
    if name in ACCENTS:
        inner, rest = _argument(rest)
        return inner[:1] + ACCENTS[name] + inner[1:], rest
    if name in WRAPPERS or name == "operatorname":
        return _argument(rest)
    if name in NAMED:
        return f" {name} " if rest[:1] not in (["("], ["_"], ["^"]) else f" {name}", _skip(rest)
    if name in DROPPED:
        return "", rest
    return SYMBOLS.get(name, name), rest


def _argument(tokens: list[str]) -> tuple[str, list[str]]:
    """What a command or script takes: a group, or one symbol."""
    tokens = _skip(tokens)
    return _piece(tokens, "(") if tokens else ("", [])


def _skip(tokens: list[str]) -> list[str]:
    while tokens and tokens[0].isspace():
        tokens = tokens[1:]
    return tokens


def _bracketed(text: str) -> str:
    """Brackets around what a bar would otherwise tear apart."""
    text = text.strip()
    simple = re.fullmatch(r"[\w.′ᵀ\u0300-\u036f₀-ₜ⁰-₎²³¹‖|]*", text) and not text[1:].count("/")
    return text if simple else f"({text})"

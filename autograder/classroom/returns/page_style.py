"""How the pages for students and instructors look: one style sheet, both themes, also on paper."""

from __future__ import annotations

import re
from html import escape

# No script, no picture from elsewhere, no frame, no form: whatever a student wrote, nothing acts.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2530;--soft:#5a6572;--line:#d5dbe2;
--tint:#f3f6f9;--good:#17693d;--bad:#a52a1f;--accent:#1f5fa8}
@media (prefers-color-scheme:dark){:root{--paper:#12171d;--ink:#e4e9ee;--soft:#a3afbb;
--line:#333d48;--tint:#1b222a;--good:#6fcf97;--bad:#ff9c8f;--accent:#8fbfff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:46rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.3rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
h3{font-size:1rem;margin:0}p{margin:.4rem 0}.soft{color:var(--soft)}
.score{font-size:2rem;font-weight:700;margin:.2rem 0}
section,article{border-top:1px solid var(--line);padding:.7rem 0}
.head{display:flex;gap:.8rem;justify-content:space-between;align-items:baseline}
.head b{white-space:nowrap}.good{color:var(--good)}.bad{color:var(--bad)}
ul{margin:.3rem 0;padding-left:1.2rem}ul.laws{list-style:none;padding-left:0}
pre{margin:.4rem 0;padding:.6rem;background:var(--tint);border-radius:.3rem;overflow-x:auto;
font:.85rem/1.4 ui-monospace,monospace;white-space:pre-wrap}
code{font:.9em ui-monospace,monospace}
.note{background:var(--tint);border-left:.25rem solid var(--accent);padding:.4rem .7rem;
border-radius:.2rem;margin:.5rem 0;white-space:pre-line}
a{color:var(--accent)}summary{cursor:pointer;padding:.3rem 0}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);
outline-offset:2px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}th,td{overflow-wrap:normal}.wide{overflow-x:auto}img{max-width:100%;background:#fff}
svg{max-width:100%;height:auto}svg text{fill:var(--ink);font:12px system-ui,sans-serif}
td svg{max-width:none}.bar{fill:var(--accent)}.axis{stroke:var(--line)}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--tint:#f4f4f4;
--good:#000;--bad:#000;--accent:#000}body{max-width:none}details.notebook{display:none}
article,tr{break-inside:avoid}}
"""


def prose(text: str) -> str:
    """Give a sentence of the course as HTML: code between backticks, and where to read more."""
    plain, _, url = text.partition(" More: https://")
    made = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(plain))
    if url:
        made += f' <a href="https://{escape(url)}">More about it</a>'
    return made


def document(title: str, body: str) -> str:
    """Give a whole HTML page; `title` is text, `body` is HTML."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )

"""The instructor's side: authoring, hidden laws, the referee, the sandbox, the class."""

import sys

# jsonschema, which nbformat loads, compiles a grammar of web addresses when it is imported. That
# takes seconds, in every worker as well, and no notebook has a field of that form.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

"""Write metadata.txt into the staged plugin, with the addresses of whoever publishes it.

Usage: ``stage_metadata.py SOURCE TARGET HOMEPAGE EMAIL``; empty texts leave what the source holds. The tracker is
``HOMEPAGE/issues``, the repository is ``HOMEPAGE``, as on the usual hosts of source code.
"""

import sys
from pathlib import Path


def staged(text: str, homepage: str, email: str) -> str:
    """The lines of metadata.txt with these addresses."""
    homepage = homepage.rstrip("/")
    given = {"homepage": homepage, "repository": homepage, "tracker": f"{homepage}/issues"} if homepage else {}
    if email:
        given["email"] = email
    lines = []
    for line in text.splitlines():
        key = line.split("=", 1)[0]
        lines.append(f"{key}={given[key]}" if key in given else line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    source, target, homepage, email = sys.argv[1:]
    Path(target).write_text(staged(Path(source).read_text(encoding="utf-8"), homepage, email), encoding="utf-8")

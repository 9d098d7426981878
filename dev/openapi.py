"""Write the API's OpenAPI document, from which the page's types are made: `python -m dev.openapi FILE`."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Write the document, with nothing in it that depends on this machine or its Airflow home."""
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as home:
        os.environ["AIRFLOW_HOME"] = home  # importing Airflow writes its configuration there
        from airflow_approvals.api.app import create_app

        document = create_app().openapi()
    document["info"].pop("version")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

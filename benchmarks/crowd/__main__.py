"""The command line: see :mod:`benchmarks.crowd`."""

from __future__ import annotations

import argparse
import os
from datetime import datetime, timezone
from time import perf_counter

import benchmarks.crowd
from benchmarks.crowd import Crowd, fill


def main(url: str, crowd: Crowd) -> None:
    """Fill the database and tell how long it took."""
    os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = url
    from airflow.utils.session import create_session

    start = perf_counter()
    with create_session(scoped=False) as session:
        fill(crowd, datetime.now(tz=timezone.utc), session=session)
    print(f"{crowd.closed:,} closed and {crowd.open:,} open requests in {perf_counter() - start:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=benchmarks.crowd.__doc__)
    parser.add_argument("url")
    for option in ("closed", "open", "dags", "to_escalate", "to_expire", "seed"):
        default = getattr(Crowd, option)
        parser.add_argument(f"--{option.replace('_', '-')}", type=int, default=default)
    parser.add_argument("--way", choices=("awaiting_input", "trigger"), default=Crowd.way)
    parser.add_argument("--no-native", dest="native", action="store_false")
    given = vars(parser.parse_args())
    main(given.pop("url"), Crowd(**given))

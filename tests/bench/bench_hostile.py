"""What each hostile file costs: seconds and peak memory of the child that reads it, and what it is answered. By hand:

    python -m tests.bench.bench_hostile [name …]

Each file is read by `read_in_child` in a process of its own, so that the peak is that of its child alone. Exit status
1 if one takes more than ten seconds or more than 256 MB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS, MEGABYTES = 10, 256
UNIT = 1024**2 if sys.platform == "darwin" else 1024  # of ru_maxrss, in one megabyte


def measure(path: Path) -> dict:
    """One file, read in this process's only child."""
    from agreements.imports.sandbox import read_in_child
    from agreements.imports.sheet import NotASheet

    data = path.read_bytes()
    start = time.perf_counter()
    try:
        says = f"read, {len(read_in_child(data, path.name).rows)} rows"
    except NotASheet as refusal:
        says = str(refusal)
    seconds = time.perf_counter() - start
    return {
        "says": says,
        "seconds": seconds,
        "child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / UNIT,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="of tests/agreements/imports/hostile.py; all without any")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure)))
        return
    from tests.agreements.imports.hostile import CASES

    worst = {"seconds": 0.0, "child": 0.0}
    print(f"{'file':44} {'s':>5} {'child MB':>8}  answer")
    with tempfile.TemporaryDirectory() as folder:
        for name in given.names or CASES:
            path = Path(folder) / f"{name}.xlsx"
            path.write_bytes(CASES[name].write())
            command = [sys.executable, "-m", "tests.bench.bench_hostile", "--measure", str(path)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            path.unlink()
            worst = {key: max(worst[key], found[key]) for key in worst}
            print(
                f"{name[:44]:44} {found['seconds']:5.2f} {found['child']:8.1f}  {found['says'][:100]}",
                flush=True,
            )
    print(f"{'most':44} {worst['seconds']:5.2f} {worst['child']:8.1f}")
    if worst["seconds"] > SECONDS or worst["child"] > MEGABYTES:
        sys.exit(1)


if __name__ == "__main__":
    main()

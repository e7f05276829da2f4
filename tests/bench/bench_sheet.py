"""What reading a list costs, beside openpyxl's ordinary reading of the same workbook. Run by hand:

    python -m tests.bench.bench_sheet [workbook.xlsx]

Without a workbook it takes the newest of ICE_SHEETS_DIR, or writes one as large as the list of May 2026. Time is the
best of several turns; memory is what a fresh process grows by beyond what it held before, modules not counted.
"""

import argparse
import multiprocessing
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROWS = 1_843  # of the list of 18 May 2026
TURNS = 9


def ours(path: Path) -> int:
    from agreements.imports.dating import date_sheet
    from agreements.imports.rows import kind_of, normalise
    from agreements.imports.sheet import read_sheet

    sheet = read_sheet(path)
    kind = kind_of(sheet)
    published_on = date_sheet(path.name, sheet, normalise(sheet, kind=kind).rows).published_on
    return len(normalise(sheet, kind=kind, published_on=published_on or date.max).rows)


def openpyxls(path: Path) -> int:
    import openpyxl

    return openpyxl.load_workbook(path).worksheets[0].max_row - 1


def seconds(read: Callable[[Path], int], path: Path) -> list[float]:
    times = []
    for _ in range(TURNS):
        start = time.perf_counter()
        read(path)
        times.append(time.perf_counter() - start)
    return times


def growth(read: Callable[[Path], int], path: Path, small: Path) -> float:
    """MB by which the peak of a new process grows while it reads, after it has read a small workbook."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(read, (small,))
        before = pool.apply(_peak)
        pool.apply(read, (path,))
        return (pool.apply(_peak) - before) / 1024


def _peak() -> int:
    """The most memory (kB) that this process has held. Linux only: getrusage() counts what it held before exec too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def made(folder: Path, rows: int) -> Path:
    from tests.agreements.imports.workbooks import MOA, clay, workbook

    lines = [clay(LAW_ENFORCEMENT_AGENCY=f"Agency {number} of Clay County") for number in range(rows)]
    links = {f"G{number}": f"{MOA}?{number}" for number in range(2, rows + 2)}
    path = folder / f"participatingAgencies05182026am{rows}.xlsx"
    path.write_bytes(workbook(lines, links=links))
    return path


def newest_of(folder: Path) -> Path:
    """The participating list whose name gives the latest day."""
    lists = [
        (found["year"], found["day"], path)
        for path in (folder / "participating").glob("*.xlsx")
        if (found := re.match(r"participatingAgencies(?P<day>\d{4})(?P<year>20\d{2})(?!\d)", path.name))
    ]
    return max(lists)[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("workbook", type=Path, nargs="?")
    path = parser.parse_args().workbook
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = made(folder, 1)
        if path is None and (real := os.environ.get("ICE_SHEETS_DIR")):
            path = newest_of(Path(real))
        path = path or made(folder, ROWS)
        print(f"{path.name}: {ours(path):,} rows")
        best = {}
        for read, label in ((ours, "read, normalise, date"), (openpyxls, "openpyxl, ordinary")):
            times = seconds(read, path)
            best[read] = min(times)
            print(
                f"{label:24} {min(times) * 1000:6.0f} ms (median {statistics.median(times) * 1000:.0f}),"
                f" {growth(read, path, small):5.1f} MB"
            )
        print(f"ratio {best[ours] / best[openpyxls]:.2f}")


if __name__ == "__main__":
    main()

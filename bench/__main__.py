"""`make bench`: the portal beside best cases of the same run, as ratios. How to read them: docs/performance.md.

python -m bench [--quick] [filing] [queue] [routing] [statements] [clock] [search] [dashboard] [depth]
"""

import argparse
import os
import time

from bench import province
from bench.ground import prepared
from bench.measures import FULL, MEASURES, QUICK, WITHOUT_QUEUE, Extent
from portal.foundation.database import sessions


def main() -> None:
    options = argparse.ArgumentParser(prog="make bench", description="Measure, as ratios to best cases of one run.")
    options.add_argument("what", nargs="*", metavar="what", help=f"some of: {', '.join(MEASURES)}; default: all")
    options.add_argument("--quick", action="store_true", help="less of everything: does it work, and roughly how")
    chosen = options.parse_args()
    if unknown := set(chosen.what) - set(MEASURES):
        options.error(f"there is no {', '.join(sorted(unknown))}")
    extent = QUICK if chosen.quick else FULL
    began = time.monotonic()
    print(f"Load of the machine before: {_load()}; processors: {os.cpu_count()}", flush=True)
    with prepared() as ground:
        chosen_ones = set(chosen.what) or set(MEASURES)
        place = None if chosen_ones <= WITHOUT_QUEUE else _settle(extent, began)
        for name, measure in MEASURES.items():
            if name in chosen_ones:
                print(f"{name}: {(measure.__doc__ or '').strip()}", flush=True)
                measure(ground, place, extent)
    print(f"Load of the machine after: {_load()}; {time.monotonic() - began:.0f} s in all")


def _settle(extent: Extent, began: float) -> province.Province:
    """The dossiers of the officer whose queue is measured."""
    with sessions()() as session:
        place = province.settle(session, dossiers=extent.dossiers)
        os.environ["BENCH_POST"] = str(place.officer_post)
    print(f"{extent.dossiers:,} dossiers in one officer's queue, after {time.monotonic() - began:.0f} s", flush=True)
    return place


def _load() -> str:
    return " ".join(f"{load:.1f}" for load in os.getloadavg())


if __name__ == "__main__":
    main()

"""High-precision reference figures for the price curves, by mpmath: `python3 curves.py > ../tests/data/curves.csv`.

Written from the formulas in src/curve.rs alone. Columns: curve, its two parameters, top, elapsed, floor of the exact price; for
`decay`: multiplier, volatility, and as the last the floor of the exact decay.
"""

import random

from mpmath import floor, mp, mpf, power, sqrt

mp.dps = 400  # 77 digits of price, 60 of a factor's smallness, and ample room
WAD = 10**18
random.seed(20200312)


def exact_floor(value):
    return int(floor(value))


def row(*fields):
    print(",".join(str(field) for field in fields))


print("curve,a,b,top,elapsed,exact")
TOPS = [1, 7, 10**18, 5 * 10**27, 2400 * 10**24, 10**36 * 99_999, 2**192 - 1, 2**256 - 1]
TIMES = [0, 1, 2, 59, 60, 61, 599, 3_600, 86_400, 30 * 86_400]

for top in TOPS:
    for seconds in (1, 100, 3_600, 2_592_000):
        for elapsed in random.sample(TIMES, 4) + [random.randrange(2 * seconds)]:
            left = max(seconds - elapsed, 0)
            row("linear", seconds, 0, top, elapsed, top * left // seconds)
    for factor in (1, WAD // 2, 9 * WAD // 10, 99 * WAD // 100, WAD - WAD // 5_000, WAD - 150_000_000_000_000, WAD - 1):
        for elapsed in random.sample(TIMES, 3) + [random.randrange(100_000)]:
            exact = mpf(top) * power(mpf(factor) / WAD, elapsed)
            row("exponential", factor, 0, top, elapsed, exact_floor(exact))
    for factor in (WAD // 2, 99 * WAD // 100, WAD - WAD // 1_000, WAD - 1):
        for step in (1, 5, 90, 300, 3_600):
            elapsed = random.choice(TIMES + [step - 1, step, step + 1, 7 * step - 1, 7 * step])
            exact = mpf(top) * power(mpf(factor) / WAD, elapsed // step)
            row("stairstep", factor, step, top, elapsed, exact_floor(exact))

ROOT = sqrt(mpf(31_536_000))
for multiplier in (1, WAD // 10, 3 * WAD // 4, 1_060_660_171_779_821_286, WAD, 5 * WAD, 10 * WAD):
    for volatility in (0, 1, WAD // 4, 8 * WAD // 10, WAD, 4 * WAD, 100 * WAD, 2**128, random.randrange(3 * WAD)):
        exact = mpf(multiplier) * volatility / (ROOT * WAD)
        row("decay", multiplier, volatility, 0, 0, exact_floor(exact))

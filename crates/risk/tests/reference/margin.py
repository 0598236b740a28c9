"""Reference figures for the margin formulas, by mpmath with 60 digits: `python3 margin.py > margin.csv`.

Each line: name, arguments, exact figure as a decimal of 30 digits after the point in units of the last place (WAD).
Needs `pip install mpmath`. The seed is fixed: the same figures on every machine.
"""

import random

from mpmath import exp, floor, ln, mp, mpf, nstr, sqrt

mp.dps = 60
WAD = 10**18
YEAR = 365 * 24 * 3600
random.seed(4)


def show(value):
    return nstr(value, 50, min_fixed=-10**9, max_fixed=10**9)


def line(name, arguments, value):
    print(",".join([name, *map(str, arguments), show(value)]))


def wad(low, high):
    return int(low * WAD) + random.randrange(int((high - low) * WAD) + 1)


for x in [-41, -20, -1, 0, 1, 20, 64, 135]:
    for _ in range(6):
        argument = x * WAD + random.randrange(WAD // 2)
        line("exp", [argument], exp(mpf(argument) / WAD) * WAD)
for bits in range(1, 250, 6):
    argument = random.getrandbits(bits) | 1 << (bits - 1)
    line("ln", [argument], ln(mpf(argument) / WAD) * WAD)
    line("sqrt", [argument], sqrt(mpf(argument)))
for _ in range(60):
    base, power = wad(0.01, 3), wad(-8, 8)
    line("pow", [base, power], exp(ln(mpf(base) / WAD) * power / WAD) * WAD)

# variance of n collaterals: n, then (part, volatility, beta) of each.
for n in [1, 1, 2, 3, 5, 8, 8, 8]:
    for _ in range(6):
        parts = [random.randrange(1, 10 ** random.randrange(2, 30)) for _ in range(n)]
        volatilities = [wad(0.05, 3) for _ in range(n)]
        betas = [random.choice([0, WAD, wad(0, 1)]) for _ in range(n)]
        total = mpf(sum(parts))
        weighted = [mpf(p) / total * v for p, v in zip(parts, volatilities)]
        common = sum(w * b / WAD for w, b in zip(weighted, betas))
        own = sum(w**2 * (1 - (mpf(b) / WAD) ** 2) for w, b in zip(weighted, betas))
        arguments = [n]
        for triple in zip(parts, volatilities, betas):
            arguments.extend(triple)
        line("volatility", arguments, sqrt(common**2 + own))

for _ in range(60):
    z, sigma, horizon = wad(0, 5), wad(0.05, 4), random.choice([60, 3600, 86400, 7 * 86400])
    e = mpf(z) * sigma / WAD * sqrt(mpf(horizon) / YEAR)
    line("exponent", [z, sigma, horizon], e)
    capacity = random.randrange(1, 10 ** random.randrange(3, 33))
    line("limit", [capacity, z, sigma, horizon], capacity * exp(-e / WAD))
    k, low, high = wad(1, 1.4), wad(0.2, 0.5), wad(0.55, 0.9)
    target = max(low, min(high, exp(-e / WAD) / (mpf(k) / WAD) * WAD))
    line("target", [sigma, z, horizon, k, low, high], target)
    debt = random.randrange(10**6, 10**24)
    capacity = debt * random.randrange(500, 3000) // 1000
    health = floor(mpf(capacity) * WAD / debt)
    line("distance", [debt, capacity, sigma, horizon], ln(health / WAD) / (mpf(sigma) / WAD * sqrt(mpf(horizon) / YEAR)) * WAD)

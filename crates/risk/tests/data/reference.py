#!/usr/bin/env python3
"""Independent reference for the adapter's volatility and average on two real series.

Written from the formulas in decimal arithmetic with 50 digits, not from the Rust code:

    d = exp(-dt / window)
    variance' = variance * d + (1 - d) * r^2 * year / dt     r^2 = (b - a)^2 / (a * b)
    average'  = b0 + (average - b0) * d                      b0 the price that stood since the last sample

A sample is due when `INTERVAL` seconds have passed. r counts as 0, and the price that the next return is taken from stays, if
r < RESOLUTION. After more than MAX_GAP seconds the volatility is at least GAP_VOLATILITY, as it is at first.

Writes reference.csv next to it: a row for each tenth sample and the last. The column `log` has the volatility with squares of log
returns instead, to show how little that differs.

Series, from this repository: chainlink_eth_usd_2023-08.csv, an extract (15 to 20 August 2023) of the rounds of Chainlink's ETH/USD
proxy 0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419 from github.com/sajanrajdev/ape-chainlink-fetcher @d89749369381; and
crates/xtask/data/eth_usd_2020-03-12.csv, whose source is named there.
"""

import csv
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 50

YEAR = Decimal(31_536_000)
INTERVAL = 60
RESOLUTION = Decimal("0.0005")
MAX_GAP = 3 * 3_600
GAP_VOLATILITY = Decimal(1)
VOLATILITY_WINDOW = Decimal(86_400)
AVERAGE_WINDOW = Decimal(1_200)

HERE = Path(__file__).parent
DEMO = HERE / "../../../xtask/data/eth_usd_2020-03-12.csv"


def rows(path, column, scale):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines):
        yield int(row["time_unix"]), int(Decimal(row[column]) * scale)


def replay(prices):
    (last_time, last), *rest = prices
    average = Decimal(last)
    variance = log_variance = GAP_VOLATILITY**2
    for time, answer in rest:
        elapsed = time - last_time
        if elapsed < INTERVAL:
            continue
        kept = (-elapsed / VOLATILITY_WINDOW).exp()
        rate = (1 - kept) * YEAR / elapsed
        a, b = Decimal(last), Decimal(answer)
        squared = (b - a) ** 2 / (a * b)
        logarithm = (b / a).ln()
        flicker = squared < RESOLUTION**2
        variance = variance * kept + (0 if flicker else rate * squared)
        log_variance = log_variance * kept + (0 if flicker else rate * logarithm**2)
        if elapsed > MAX_GAP:
            variance = max(variance, GAP_VOLATILITY**2)
            log_variance = max(log_variance, GAP_VOLATILITY**2)
        average = a + (average - a) * (-elapsed / AVERAGE_WINDOW).exp()
        last_time = time
        if not flicker:
            last = answer
        yield time, last, variance.sqrt(), average, log_variance.sqrt()


def main():
    series = [
        ("chainlink", list(rows(HERE / "chainlink_eth_usd_2023-08.csv", "answer_raw", 1))),
        ("crash", list(rows(DEMO, "close", 10**8))),
    ]
    with open(HERE / "reference.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["series", "time_unix", "last", "volatility", "average", "log"])
        for name, prices in series:
            samples = list(replay(prices))
            for index, (time, last, volatility, average, log) in enumerate(samples):
                if index % 10 == 9 or index == len(samples) - 1:
                    out.writerow([name, time, last, f"{volatility:.18f}", f"{average:.12f}", f"{log:.6f}"])


if __name__ == "__main__":
    main()

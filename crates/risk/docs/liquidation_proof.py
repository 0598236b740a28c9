"""The algebra of docs/liquidation.md by z3, for numbers of any size: `python3 liquidation_proof.py`.

Each line: the claim, and `proved` if z3 finds that its negation can't hold. Exit code 1 if one is not proved. The last lines are
controls: false claims, which z3 must refute, so that `proved` means something. Needs `pip install z3-solver` (made with 5.4.1).
"""

import sys

from z3 import And, If, Int, Not, Or, Real, Solver, Sum, sat, unsat

failed = False


def claim(name, premises, conclusion, holds=True):
    global failed
    solver = Solver()
    solver.set("timeout", 120_000)
    solver.add(*premises)
    # The premises alone can be met: the claim is not empty.
    if solver.check() != sat:
        print(f"{name}: premises not shown to be possible")
        failed = True
        return
    solver.add(Not(conclusion))
    answer = solver.check()
    print(f"{name}: {'proved' if answer == unsat else 'refuted' if answer == sat else 'unknown'}", flush=True)
    failed |= answer != (unsat if holds else sat)


# 1. The size restores the target. m = λ·k; x is the ceiling of the quotient: 0 ≤ x·(h − m) − (hD − B) < h − m.
D, B, h, m, x, y = (Real(name) for name in "DBhmxy")
account = [D > 0, B >= 0, h > 1, m > 0, m < 1, h * D > B]
ceiling = [x * (h - m) >= h * D - B, (x - 1) * (h - m) < h * D - B]
claim("1   the size reaches the target", account + ceiling, B - m * x >= h * (D - x))
claim("1   one unit less does not", account + ceiling, B - m * (x - 1) < h * (D - (x - 1)))
claim("1   it passes the target by less than h − λk", account + ceiling, B - m * x < h * (D - x) + (h - m))

# 1 with rounding. v, c: value and capacity of the token, whole numbers, rounded down; o: capacity of the others; V, W: value left, exact and
# rounded; w: capacity left of it; a: value of the lot; p: value of a base unit; t: exact value of the balance.
lam, k, p, a, t = (Real(name) for name in ("lam", "k", "p", "a", "t"))
v, c, o, W, w = (Int(name) for name in ("v", "c", "o", "W", "w"))
ratios = [lam > 0, k >= 1, m == lam * k, m < 1, lam < 1, p > 0, o >= 0]
rounding = [v <= t, t < v + 1, c <= lam * v, lam * v < c + 1, B == c + o]
lot = [x * k - p < a, a <= x * k, W <= t - a, t - a < W + 1, w <= lam * W, lam * W < w + 1]
claim("1   part of a balance: capacity lost is under λkx + λ + 1", ratios + rounding + lot, o + w > B - m * x - lam - 1)
claim("1   part of a balance: and above λkx − λ(1 + p) − 1", ratios + rounding + lot, o + w < B - m * x + lam * (1 + p) + 1)
whole = [x * k <= v, v < (x + 1) * k]
claim("1   a whole balance: capacity lost is under λk(x + 1)", ratios + rounding + whole, o > B - m * (x + 1))
claim("1   a whole balance: and above λkx − 1", ratios + rounding + whole, o < B - m * x + 1)

# 2a. A token to sell. r_i: what token i pays, exact (v_i/k_i); m_i = λ_i·k_i; B = Σ m_i·r_i.
for n in range(1, 4):
    r = [Real(f"r{i}") for i in range(n)]
    ms = [Real(f"m{i}") for i in range(n)]
    tokens = [D > 0] + [And(ri >= 0, mi > 0, mi < 1) for ri, mi in zip(r, ms)]
    capacity = Sum([ri * mi for ri, mi in zip(r, ms)])
    some = Or([And(ri > 0, mi * D < B) for ri, mi in zip(r, ms)])
    claim(f"2a  {n} token(s): solvent, then one has λk < HF", tokens + [B == capacity, Sum(r) > D], some)
    # Rounded: f_i = ⌊r_i⌋, B short by less than n, and Σ f_i − D ≥ n·D/B.
    f = [Real(f"f{i}") for i in range(n)]
    floors = [And(fi >= 0, fi <= ri, ri < fi + 1) for fi, ri in zip(f, r)]
    short = [B > 0, B <= capacity, capacity < B + n, (Sum(f) - D) * B >= n * D]
    worth = Or([And(fi > 0, mi * D < B) for fi, mi in zip(f, ms)])
    claim(f"2a  {n} token(s): the same with rounding, from n/HF on", tokens + floors + short, worth)

# 2b. Selling it improves health.
sale = [D > 0, B > 0, m > 0, m * D < B, x > 0, x < D]
claim("2b  a sale of such a token improves health", sale, (B - m * x) * D > B * (D - x))
after = Real("after")
claim(
    "2b  with rounding, once x·(HF − λk) ≥ 2",
    sale + [after > B - m * x - 2, x * (B - m * D) >= 2 * D],
    after * D > B * (D - x),
)


# 3. Payments. Whole numbers of any size; `settle` as in src/claim.rs.
def low(left, right):
    return If(left <= right, left, right)


def settle(state, payment):
    c, w, q, f = state
    to_c = low(payment, c)
    to_w = low(payment - to_c, w)
    to_f = low(to_w, f)
    to_q = low(payment - to_c - to_w, q)
    return (c - to_c, w - to_w, q - to_q, f - to_f), (to_c, to_w, to_q, to_f, payment - to_c - to_w - to_q)


start = tuple(Int(name) for name in ("carrying", "written_off", "penalty", "fund"))
one, two = Int("one"), Int("two")
natural = [value >= 0 for value in (*start, one, two)] + [start[3] <= start[1]]
first, paid_first = settle(start, one)
both, paid_second = settle(first, two)
other, _ = settle(settle(start, two)[0], one)
merged, paid_merged = settle(start, one + two)


def equal(left, right):
    return And([a == b for a, b in zip(left, right)])


claim("3   two payments are one of their sum, to each part", natural, equal([a + b for a, b in zip(paid_first, paid_second)], paid_merged))
claim("3   and leave the same claim", natural, equal(both, merged))
claim("3   in either order", natural, equal(both, other))
claim("3   all is accounted for", natural, Sum(paid_first[:3]) + paid_first[4] == one)
claim("3   no part is paid more than was due", natural, And([a + b <= due for a, b, due in zip(paid_first[:4], paid_second[:4], start)]))
claim("3   the fund has at most what is written off, always", natural, And(both[3] >= 0, both[3] <= both[1]))

# Controls.
claim("control: a size rounded down reaches the target", account + [x * (h - m) <= h * D - B, (x + 1) * (h - m) > h * D - B], B - m * x >= h * (D - x), holds=False)
claim("control: a token exists at Σ v/k = D too", tokens + [B == capacity, Sum(r) == D], some, holds=False)
claim("control: any sale improves health", [D > 0, B > 0, m > 0, m < 1, x > 0, x < D, B < D], (B - m * x) * D > B * (D - x), holds=False)
sys.exit(failed)

#!/usr/bin/env python3
"""Writes the price book of the library, src/cost/prices/REGION.toml, from scripts/prices.tsv.

    scripts/prices.py            writes the files
    scripts/prices.py --check    fails if a file is not as it would be written

A row of the table is one price: region, item, unit, USD, source, date, confidence. Three things are added to it here: free
parts and limits of first tiers, which the table has as words in the unit; second tiers, which it has as items of their own;
and asynchronous inference, which costs what hosting costs wherever both are seen.
"""

import csv
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "src/cost/prices"

# What the words in a unit say: the part that is free, or the end of the tier that the price is for.
FREE = {"dashboard-month (3 free)": 3, "budget-day (first 62 free)": 62, "invocation (14M free)": 14_000_000}
FIRST = {
    "request (first 300M)": 300_000_000,
    "request (first 333M)": 333_000_000,
    "GB (first 10 TB)": 10 * 1024,
    "GB (first PB)": 1024 * 1024,
    "GB-month (first 50 TB)": 50 * 1024,
    "metric-month (first 10,000)": 10_000,
    "GB-second (first 1,000 GB-hours)": 3_600_000,
}
# The item of the second tier, and where that ends.
SECOND = {"cloudwatch.metric": ("cloudwatch.metric.tier2", 250_000)}
ASYNC = "equal to hosting where both are seen (us-east-1 g6e.2xlarge, eu-west-3 and ap-northeast-1 g6.xlarge); hosting: "


def rows():
    with open(ROOT / "scripts/prices.tsv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    prices = {}
    for row in table:
        key = (row["region"], row["item"])
        if key in prices:
            sys.exit(f"{key} is twice in scripts/prices.tsv")
        prices[key] = row
    for region, item in list(prices):
        name = item.removeprefix("sagemaker.hosting.")
        key = (region, f"sagemaker.async.{name}")
        if name != item and key not in prices:
            row = prices[region, item]
            prices[key] = {**row, "item": key[1], "source": ASYNC + row["source"], "confidence": "ratio-weak"}
    return prices


def text(value):
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def entry(row, prices):
    unit = row["unit"]
    usd = row["usd"]
    lines = [f"[items.{text(row['item'])}]", f"unit = {text(unit.split(' (')[0])}"]
    second = SECOND.get(row["item"])
    if unit in FREE:
        lines.append(f"tiers = [{{ up_to = {FREE[unit]}, usd = 0 }}, {{ usd = {usd} }}]")
    elif second:
        next_usd = prices[row["region"], second[0]]["usd"]
        lines.append(f"tiers = [{{ up_to = {FIRST[unit]}, usd = {usd} }}, {{ up_to = {second[1]}, usd = {next_usd} }}]")
    elif unit in FIRST:
        lines.append(f"tiers = [{{ up_to = {FIRST[unit]}, usd = {usd} }}]")
    else:
        lines.append(f"usd = {usd}")
    lines += [f"source = {text(row['source'])}", f"date = {text(row['date'])}", f"confidence = {text(row['confidence'])}"]
    return "\n".join(lines) + "\n"


def files():
    prices = rows()
    tiers = {item for item, _ in SECOND.values()}
    for region in sorted({region for region, _ in prices}):
        head = f"# Written by scripts/prices.py from scripts/prices.tsv. Prices on demand, in US dollars.\nregion = {text(region)}\n"
        items = sorted(item for of, item in prices if of == region and item not in tiers)
        yield BOOK / f"{region}.toml", "\n".join([head] + [entry(prices[region, item], prices) for item in items])


def main():
    check = "--check" in sys.argv[1:]
    for path, content in files():
        if not check:
            path.write_text(content, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            sys.exit(f"{path.relative_to(ROOT)} is not as scripts/prices.py writes it: run scripts/prices.py")


main()

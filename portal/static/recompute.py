"""Recompute the public figures from the open data: python recompute.py data.json."""

import json
import sys
from datetime import date
from math import ceil


def figures(lines, as_of):
    done = [one | {"ago": (as_of - date.fromisoformat(one["day"])).days} for one in lines if one["kind"] != "open"]
    count = lambda rows: sum(row["dossiers"] for row in rows)  # noqa: E731
    settled = lambda days: [row for row in done if row["kind"] == "settled" and row["ago"] < days]  # noqa: E731
    window = next((days for days in (30, 90, 180, 365) if count(settled(days)) >= 20), None)
    within = settled(window or 365)
    stopped = [row for row in done if row["kind"] == "stopped" and row["ago"] < (window or 365)]
    waiting = [row for row in lines if row["kind"] == "open"]
    n, on_time = count(within), count([row for row in within if row["on_time"]])
    overdue = count([row for row in waiting if row["standing"] == "overdue"])
    all_766 = within + stopped + waiting
    hours = sorted(row["agency_hours"] for row in within for _ in range(row["dossiers"]))
    found = {"n": n, "window_days": window, "on_time": on_time, "open": count(waiting), "open_overdue": overdue}
    found["on_time_share"] = on_time / (n + overdue) if window else None
    found["on_time_766_share"] = count([r for r in all_766 if r["on_time_766"]]) / count(all_766) if window else None
    for share in (50, 80, 90):
        found[f"p{share}_hours"] = hours[ceil(share * n / 100) - 1] if window else None
    for name in ("agency_hours", "applicant_hours"):
        found[name] = sum(row[name] * row["dossiers"] for row in within)
    found["supplemented"] = count([row for row in within if row["supplement_rounds"]])
    then = [row for row in done if row["kind"] == "earlier" and 365 <= row["ago"] < 365 + (window or 365)]
    found["year_ago_n"], found["year_ago_on_time"] = count(then), count([row for row in then if row["on_time"]])
    return found


def months(rows, as_of):
    first = f"{as_of.year - (as_of.month < 12)}-{as_of.month % 12 + 1:02}"
    found = {}
    for row in (row for row in rows if row["day"] >= first):
        n, on_time = found.get(row["day"][:7], (0, 0))
        found[row["day"][:7]] = n + row["dossiers"], on_time + (row["dossiers"] if row["on_time"] else 0)
    return found


def topics(lines):
    found = {}
    for row in (row for row in lines if row["kind"] == "counted"):
        answers = found.setdefault(row["topic"], {})
        answers[row["answer"]] = answers.get(row["answer"], 0) + row["dossiers"]
    return found


if __name__ == "__main__":
    data = json.load(open(sys.argv[1], encoding="utf-8"))
    day = date.fromisoformat(data["as_of"])
    print("province", figures(data["lines"], day))
    print("months", months([line for line in data["lines"] if line["kind"] == "settled"], day))
    communes = [line for line in data["lines"] if line["topic"] == "commune"]
    for code in sorted({line["answer"] for line in communes}):
        print("commune", code, months([line for line in communes if line["answer"] == code], day))
    for topic, answers in sorted(topics(data["lines"]).items()):
        print(topic, answers)
    for column in ("field", "procedure", "agency"):
        for key in sorted({line[column] for line in data["lines"] if line[column]}):
            mine = [line for line in data["lines"] if line[column] == key]
            print(column, key, figures(mine, day))

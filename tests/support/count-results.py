#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases in Meson's logs: one for each TAP line, or one for a test that prints none.

What failed is named once more, with the end of what it printed, above the numbers.
"""

import json
import re
import sys

CASE = re.compile(r"^(ok|not ok)\b[^#\n]*(#\s*skip\b)?", re.IGNORECASE | re.MULTILINE)
GOOD = ("OK", "EXPECTEDFAIL")

N_LINES = 30


def print_failure(log, test):
    print(f"\n{test['result']}: {test['name']} of {log}, after {test['duration']:.0f} s")
    for stream in ("stdout", "stderr"):
        lines = (test.get(stream) or "").rstrip().split("\n")[-N_LINES:]
        print("\n".join(f"  {line}" for line in lines))


passed = failed = skipped = 0
for log in sys.argv[1:]:
    for line in open(log, encoding="utf-8"):
        test = json.loads(line)
        if test["result"] == "SKIP":
            skipped += 1
            continue
        cases = CASE.findall(test.get("stdout") or "")
        bad = sum(1 for word, _ in cases if word == "not ok")
        skips = sum(1 for word, skip in cases if word == "ok" and skip)
        good = len(cases) - bad - skips
        if test["result"] in GOOD:
            passed += good if cases else 1
            failed += bad
            skipped += skips
        else:
            print_failure(log, test)
            passed += good
            failed += max(bad, 1)
            skipped += skips
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases in Meson's logs: one for each TAP line, or one for a test that prints none."""

import json
import re
import sys

CASE = re.compile(r"^(ok|not ok)\b[^#\n]*(#\s*skip\b)?", re.IGNORECASE | re.MULTILINE)
GOOD = ("OK", "EXPECTEDFAIL")

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
            passed += good
            failed += max(bad, 1)
            skipped += skips
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)

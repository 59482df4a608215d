"""Sums up the results of ci/test: the JUnit files that it expects and its own steps.

tally.py FOLDER NAME... -- a NAME without a readable NAME.xml counts as one failure. The last line
is "N passed, N failed"; exit status 1 when anything failed or nothing passed. Before the sums, each
failure is said again, so that the end of a log tells all.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


SHOWN = 40  # lines of a failure, from its end


def show(suite, case, failure):
    print(f"FAILED: {suite}: {case.get('classname')} {case.get('name')}")
    output = case.findtext("system-out") if not failure.text else ""  # CTest puts it there
    for line in (failure.text or output or failure.get("message") or "").splitlines()[-SHOWN:]:
        print(f"    {line}")


def count(path):
    """Passed, failed and skipped test cases of one JUnit file."""
    passed = failed = skipped = 0
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        print(f"no result: {error}")
        return 0, 1, 0
    for case in cases:
        failures = case.findall("failure") + case.findall("error")
        if failures:
            failed += 1
            show(path.stem, case, failures[0])
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    if not passed + failed:
        print(f"no result: {path} has no test that ran")
        failed = 1
    return passed, failed, skipped


def steps(path):
    return len(path.read_text().splitlines()) if path.exists() else 0


def main(folder, names):
    print("== results")
    rows = [("steps", steps(folder / "steps.passed"), steps(folder / "steps.failed"), 0)]
    rows += [(name, *count(folder / f"{name}.xml")) for name in names]
    for name, passed, failed, skipped in rows:
        print(f"{name:18} {passed:6} passed {failed:4} failed {skipped:4} skipped")
    passed, failed = sum(row[1] for row in rows), sum(row[2] for row in rows)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2:]))

"""The catalogue against the specification's text."""

import pytest

import vmsgspec

pytestmark = pytest.mark.skipif(
    not vmsgspec.SPEC.is_dir(),
    reason=f"{vmsgspec.SPEC} is not there: the specification's text is kept beside the checkout, "
           "or name its folder in VMSGSPEC_SPEC")

TEX = vmsgspec.SPEC / "transport-msg-v2.tex"


def clauses():
    """Id and level of every item of the normative blocks."""
    lines = (vmsgspec.SPEC / "clauses-v2.tsv").read_text().splitlines()
    return dict(line.split("\t")[:2] for line in lines)


def diff(tmp_path, *replacements):
    text = TEX.read_text()
    for old, new in replacements:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    path = tmp_path / "changed.tex"
    path.write_text(text)
    return vmsgspec.vmsgspec("rules", "diff", path)


@pytest.mark.sanitized
def test_catalogue_holds_every_clause():
    rules = {rule["id"]: rule["level"] for rule in vmsgspec.tool_json("rules")}
    wanted = clauses()
    assert len(wanted) == 209
    assert {name: rules.get(name) for name in wanted} == wanted
    assert all(".prose." in name or name.startswith("amp.") for name in set(rules) - set(wanted))


@pytest.mark.parametrize("role, prefixes", [("device", ("dev.", "any.")),
                                            ("driver", ("drv.", "any.")),
                                            ("bus", ("bus.", "any."))])
def test_rules_of_a_role(role, prefixes):
    shown = {rule["id"] for rule in vmsgspec.tool_json("rules", "--role", role)}
    assert {name for name in clauses() if name.startswith(prefixes[0])} <= shown
    assert all(name.startswith((*prefixes, "amp.")) for name in shown)


def test_rules_of_a_level():
    shown = {rule["id"]: rule["level"] for rule in vmsgspec.tool_json("rules", "--level", "SHOULD")}
    assert {name for name, level in clauses().items() if level == "SHOULD"} <= set(shown)
    assert set(shown.values()) == {"SHOULD"}


def test_no_sentence_of_the_spec_is_copied():
    """The catalogue describes in its own words."""
    text = " ".join(TEX.read_text().split())
    for rule in vmsgspec.tool_json("rules"):
        assert " ".join(rule["summary"].split()) not in text, rule["id"]


@pytest.mark.sanitized
def test_diff_against_its_own_source_reports_nothing():
    outcome = vmsgspec.vmsgspec("rules", "diff", TEX)
    assert outcome.status == 0, str(outcome)
    assert not any(name in outcome.out for name in clauses()), outcome.out


REWORDED = ("device MUST report \\field{max_virtqueues} no greater than 65536.",
            "device MUST report \\field{max_virtqueues} no greater than 4096.")


@pytest.mark.sanitized
def test_diff_reworded(tmp_path):
    outcome = diff(tmp_path, REWORDED)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    line, = [line for line in outcome.out.splitlines() if "dev.get-device-info.3" in line]
    assert "reworded" in line


def test_diff_layout_is_no_change(tmp_path):
    """Another line break is not another text."""
    outcome = diff(tmp_path, (REWORDED[0], REWORDED[0].replace(" no ", "\n        no ")))
    assert outcome.status == 0, str(outcome)


def test_diff_added(tmp_path):
    new = ("\\busnormative{\\paragraph}{PING}{Virtio Transport Options / Virtio Over Messages / "
           "Bus Messages / PING / Bus}\n\\begin{itemize}\n  \\item A bus MUST whistle.\n")
    old = new.rpartition("  \\item")[0]
    outcome = diff(tmp_path, (old, old + "  \\item The responding bus MUST whistle.\n"))
    assert outcome.status == vmsgspec.FAILS and "added" in outcome.out, str(outcome)
    assert "whistle" in outcome.out or "bus.ping" in outcome.out, str(outcome)


def test_diff_removed(tmp_path):
    item = "  \\item A device MUST report \\field{max_virtqueues} no greater than 65536.\n"
    outcome = diff(tmp_path, (item, ""))
    assert outcome.status == vmsgspec.FAILS and "removed" in outcome.out, str(outcome)


def test_diff_moved(tmp_path):
    """An item that only changed its place is told as moved, not as another text."""
    item = "  \\item A device MUST report \\field{max_virtqueues} no greater than 65536.\n"
    behind = "        \\field{max_virtqueues}.\n  \\item A device MAY set \\field{device_uuid}"
    outcome = diff(tmp_path, (item, ""), (behind, behind.replace(
        "  \\item A device MAY", item + "  \\item A device MAY")))
    assert outcome.status == vmsgspec.FAILS and "moved" in outcome.out, str(outcome)
    assert "removed" not in outcome.out.replace("0 removed", ""), str(outcome)


def test_diff_reworded_behind_an_insertion(tmp_path):
    """The entry that an item became is named by its words, not by its ordinal alone."""
    old = "A bus implementation MUST advertise a maximum message size of at least\n        52 bytes."
    outcome = diff(tmp_path, (f"  \\item {old}\n", "  \\item A bus MUST whistle before breakfast.\n"
                              f"  \\item {old.replace('52', '44')}\n"))
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    reworded = [line for line in outcome.out.splitlines() if line.startswith("reworded")]
    assert [line.split(",")[0] for line in reworded] == [
        "reworded  bus.message-size.1 -> bus.message-size.2"], str(outcome)
    assert "whistle" in outcome.out.split("added ")[1], outcome.out


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["crlf", "cr"])
def test_diff_of_other_line_ends(end, tmp_path):
    path = tmp_path / "chapter.tex"
    path.write_bytes(TEX.read_bytes().replace(b"\n", end.encode()))
    outcome = vmsgspec.vmsgspec("rules", "diff", path)
    assert outcome.status == 0, str(outcome)


@pytest.mark.sanitized
@pytest.mark.parametrize("content, says", [
    (b"\0\x01\x02" * 1000, "no text"),
    ("A device MUST answer.".encode("utf-16"), "no text"),
    (b"", "no requirement"),
    (b"hello, world. Nothing here.\n", "no requirement"),
    (b"\\section{A} \\unknown{\\macro[x]{y}} %", "no requirement"),
    (b"A device MUST answer. " * 200000, "larger than 4 MiB"),
    (None, "No such file"),
], ids=["binary", "utf-16", "empty", "no-keyword", "macros", "huge", "absent"])
def test_diff_of_what_is_no_chapter(content, says, tmp_path):
    path = tmp_path / "chapter.tex"
    if content is not None:
        path.write_bytes(content)
    outcome = vmsgspec.vmsgspec("rules", "diff", path)
    assert outcome.status == vmsgspec.USAGE and not outcome.out, str(outcome)
    line, = outcome.err.splitlines()
    assert says in line and "chapter.tex" in line, line


@pytest.mark.sanitized
@pytest.mark.parametrize("at", range(1000, 107000, 15143))
def test_diff_of_a_part(at, tmp_path):
    """Cut anywhere: what is there is compared, what is not is told as removed."""
    path = tmp_path / "part.tex"
    path.write_bytes(TEX.read_bytes()[:at])
    outcome = vmsgspec.vmsgspec("rules", "diff", path)
    assert outcome.status in (vmsgspec.FAILS, vmsgspec.USAGE), str(outcome)
    assert " removed," in outcome.out or "no requirement" in outcome.err, str(outcome)

"""The command line: help for everything, errors in four parts, and exit codes that mean something."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from equipoise import __version__
from equipoise.cli import exits
from equipoise.cli.main import COMMANDS, command_parser, main
from equipoise.cli.simulating import practice_seal
from equipoise.ledger import checkpoint
from equipoise.stores import SQLiteStore
from tests.contracts.samples import filled
from tests.copying import copied

STUDIES = Path(__file__).resolve().parents[2] / "studies"
STUDY = STUDIES / "NCT06965244"


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit code of a command, and what it printed to each stream."""
    code = main([str(word) for word in words])
    output = capsys.readouterr()
    return code, output.out, output.err


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger of three events in a file."""
    path = tmp_path / "ledger.sqlite"
    with SQLiteStore.open(path, "practice") as store:
        filled(store, count=2)
    return path


def test_without_a_command_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys)
    assert code == exits.USAGE
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in out
        assert line in " ".join(out.split())


@pytest.mark.parametrize("code", exits.MEANINGS)
def test_the_help_says_what_each_exit_code_means(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == exits.OK
    out = capsys.readouterr().out
    assert f" {code} {exits.MEANINGS[code]} " in " ".join(out.split())


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"equipoise {__version__}\n"


def test_a_command_that_does_not_exist_is_a_fault_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["chek"])
    assert end.value.code == exits.USAGE
    assert "there is no command 'chek'; did you mean 'check'?" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_keeps_to_a_narrow_terminal_and_says_its_exit_codes(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    said = capsys.readouterr().out
    assert end.value.code == exits.OK
    assert all(f"  {code} " in said for code in exits.MEANINGS)
    prose = said.split("positional arguments:")[0].split("options:")[0].split("\n\n", 1)[1]
    assert max(map(len, prose.splitlines())) <= 60


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_an_example_that_it_understands(name: str) -> None:
    module = import_module(COMMANDS[name][0])
    parser = command_parser(name, module)
    program, command, *words = shlex.split(module.EXAMPLE)
    assert (program, command) == ("equipoise", name)
    assert parser.parse_args(words)
    assert module.EXAMPLE in parser.format_help()
    assert all(action.help for action in parser._actions)


def test_help_imports_no_engine_and_no_heavy_library() -> None:
    """What takes time to import is imported by the command that needs it; so help answers at once."""
    script = (
        "import sys\n"
        "from equipoise.cli.main import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "print(sorted(name for name in sys.modules if name.startswith('equipoise')), file=sys.stderr)\n"
        "heavy = {'numpy', 'scipy', 'jinja2', 'rich', 'msgspec', 'yaml', 'sqlite3'} & set(sys.modules)\n"
        "sys.exit(len(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    parts = ("", ".cli", ".cli.errors", ".cli.exits", ".cli.main", ".errors")
    assert done.stderr.strip() == str([f"equipoise{part}" for part in parts])


def test_check_says_what_a_study_holds(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "check", STUDY)
    assert (code, err) == (exits.OK, "")
    assert out.startswith("NCT06965244: ")
    assert "criteria      16" in out
    assert "A live ledger refuses to randomise until these are decided:" in out
    assert re.search(r"^\d{2,} cases, 0 of them not as expected\.$", out, re.MULTILINE)


def test_check_names_each_case_that_does_not_come_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / STUDY.name
    copied(STUDY, folder)
    parameters = folder / "parameters.yaml"
    text = parameters.read_text(encoding="utf-8")
    assert text.count("value: 80 kg") == 1
    parameters.write_text(text.replace("value: 80 kg", "value: 81 kg"), encoding="utf-8")
    code, out, _ = said(capsys, "check", folder)
    assert code == exits.FINDINGS
    assert re.search(r"cases/\w+\.yaml:\d+:\d+ .*80", out)


def test_a_study_may_be_checked_before_it_has_cases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied(STUDY, tmp_path / STUDY.name, ignore=shutil.ignore_patterns("cases"))
    code, out, _ = said(capsys, "check", tmp_path / STUDY.name)
    assert code == exits.OK
    assert out.endswith("0 cases, 0 of them not as expected.\n")


def test_check_says_all_that_is_wrong_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "study.yaml").write_text("study: {id: X, titel: Y}\n", encoding="utf-8")
    code, out, err = said(capsys, "check", tmp_path)
    assert (code, out) == (exits.INPUT, "")
    assert err.startswith(f"STUD-001 {tmp_path}: ")
    assert "STUD-010 " in err
    assert "study.yaml:1:16: there is no field 'titel'" in err
    assert "Why: " in err
    assert "Do: " in err


def test_explain_says_the_criteria_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "explain", STUDY)
    assert code == exits.OK
    assert out.count("While unknown: ") == 16
    assert max(map(len, out.splitlines())) <= 110


def test_explain_says_one_rule(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "explain", STUDY, "criteria.I01.rule")
    assert code == exits.OK
    assert out.startswith("criteria.I01.rule (")
    assert "criteria.yaml:" in out
    assert "of age at consent" in out
    assert out.endswith("While unknown: not yet eligible, with the missing items.\n")


def test_explain_says_what_a_rule_comes_to_for_a_patient(capsys: pytest.CaptureFixture[str]) -> None:
    patient = "somebody of whom nothing is known"
    code, out, _ = said(capsys, "explain", STUDY, "criteria.I05", "--patient", patient)
    assert code == exits.OK and "Cannot be decided" in out and "not recorded yet" in out
    code, out, _ = said(
        capsys, "explain", STUDY, "criteria.I05", "--patient", "a woman with nothing in the way"
    )
    assert code == exits.OK and "True:" in out and "Because:" in out
    code, _, err = said(capsys, "explain", STUDY, "criteria.I05", "--patient", "nobody of that name")
    assert code == exits.INPUT and "COMM-002" in err


def test_explain_finds_a_rule_by_a_name_in_its_path(capsys: pytest.CaptureFixture[str]) -> None:
    whole = said(capsys, "explain", STUDY, "criteria.I05.rule")
    assert said(capsys, "explain", STUDY, "I05") == whole and whole[0] == exits.OK


def test_explain_refuses_a_name_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "explain", STUDY, "criteria.I0")
    assert code == exits.INPUT
    assert err.startswith(f"COMM-002 {STUDY}: nothing here has the name 'criteria.I0'")


def test_lint_says_where_which_words_why_and_what_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "lint", STUDY, "--today", "2026-11-22")
    assert (code, err) == (exits.FINDINGS, "")
    first, last = out.split("\n\n")[0].splitlines(), out.splitlines()[-1]
    assert first[0].startswith("E LINT-")
    assert first[1].startswith('  "')
    assert any(line.startswith("  Why: ") for line in first)
    assert any(line.startswith("  Ask: ") for line in first)
    assert re.fullmatch(
        r"\d+ findings: \d+ block carrying it out as written, \d+ need a decision, \d+ are hygiene\.", last
    )


def test_lint_prints_the_same_findings_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "lint", STUDY / "record.json", "--today", "2026-11-22", "--json")
    assert code == exits.FINDINGS
    findings = json.loads(out)
    assert {finding["source"] for finding in findings} == {"rule"}
    assert {"code", "severity", "path", "words", "why", "question"} <= findings[0].keys()


def test_lint_prints_only_the_severities_that_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    record = STUDY / "record.json"
    for asked, shown in (("E", {"E"}), ("W", {"E", "W"}), ("I", {"E", "W", "I"})):
        code, out, _ = said(capsys, "lint", record, "--today", "2026-11-22", "--json", "--severity", asked)
        assert code == exits.FINDINGS
        assert {finding["severity"] for finding in json.loads(out)} == shown


def test_lint_succeeds_where_nothing_blocks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "record.json"
    path.write_text(
        '{"protocolSection": {"identificationModule": {"nctId": "NCT00000000"}}}', encoding="utf-8"
    )
    code, out, _ = said(capsys, "lint", path, "--today", "2026-11-22", "--json")
    assert (code, [one["severity"] for one in json.loads(out) if one["severity"] == "E"]) == (exits.OK, [])


def test_lint_refuses_what_is_no_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "record.json"
    for content, fault in (("{", "REGI-002"), ("[]", "REGI-003"), ("{}", "REGI-004"), (None, "REGI-001")):
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_text(content, encoding="utf-8")
        code, _, err = said(capsys, "lint", path, "--severity", "E")
        assert (code, err.split()[0]) == (exits.INPUT, fault)


def test_lint_adds_the_reviewed_annotations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "notes.yaml"
    note = {
        "number": 7,
        "severity": "W",
        "path": "protocolSection.designModule.enrollmentInfo",
        "finding": "No power statement",
        "why": "The size has no reason",
        "question": "Which difference was assumed?",
        "reviewed_by": "statistician",
        "date": "2026-11-20",
    }
    notes.write_text(json.dumps({"nct_id": "NCT06965244", "findings": [note]}), encoding="utf-8")
    _, out, _ = said(capsys, "lint", STUDY / "record.json", "--annotations", notes)
    assert "W NOTE-007 protocolSection.designModule.enrollmentInfo 0:0\n  No power statement." in out
    assert "  Read by: statistician, 2026-11-20" in out


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with a scenario of a few participants."""
    folder = tmp_path_factory.mktemp("studies") / STUDY.name
    copied(STUDY, folder)
    (folder / "scenarios" / "few.yaml").write_text("like: base\nscenario: few\nparticipants: 10\n")
    return folder


def test_try_runs_a_practice_trial_and_says_so(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "try", few, "--scenario", "few", "--seed", "7")
    assert (code, err) == (exits.OK, "")
    assert out.startswith("PRACTICE – not results of this trial\n")
    assert "randomised  10\n" in out
    assert "mode     practice" in out
    assert out.endswith("The chain holds.\n")
    assert said(capsys, "try", few, "--scenario", "few", "--seed", "7")[1] == out


@pytest.fixture(scope="module")
def finished(few: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a finished run, and what the run printed."""
    out = tmp_path_factory.mktemp("out")
    words = ["run", str(few), "--out", str(out), "--scenario", "few"]
    done = subprocess.run([sys.executable, "-m", "equipoise.cli", *words], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (exits.OK, "")
    return out, done.stdout


def test_run_goes_from_the_record_to_the_page_and_says_each_step(finished: tuple[Path, str]) -> None:
    out, printed = finished
    for words in (
        "SIMULATED",
        "findings: ",
        "randomised  10\n",
        "The chain holds.",
        "Data cut 1",
        "Try next:",
    ):
        assert words in printed
    assert f"The page:  {out / 'index.html'}" in printed


def test_everything_that_a_run_writes_says_that_it_is_simulated(finished: tuple[Path, str]) -> None:
    out, _ = finished
    files = [path for path in out.rglob("*") if path.suffix in {".html", ".csv", ".svg", ".json"}]
    assert len(files) > 8
    for path in files:
        assert "SIMULATED" in path.read_text(encoding="utf-8"), path
    page = (out / "index.html").read_text(encoding="utf-8")
    assert '<meta name="robots" content="noindex' in page


def test_the_ledger_of_a_run_can_be_verified_and_analysed_again(
    few: Path, finished: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = finished
    handed, ledger = tmp_path.with_name("handed-out.txt"), out / "ledger.sqlite"
    assert said(capsys, "verify", ledger, "--hand-out", handed)[0] == exits.OK
    assert "study: NCT06965244\nmode: simulation\n" in handed.read_text(encoding="utf-8")
    assert said(capsys, "verify", ledger, "--checkpoint", handed)[0] == exits.OK
    code, printed, err = said(capsys, "analyse", few, ledger, "--out", tmp_path)
    assert (code, err) == (exits.OK, "")
    assert "SIMULATED" in printed
    for path in tmp_path.rglob("*.*"):
        assert path.read_bytes() == (out / path.relative_to(tmp_path)).read_bytes()
    code, printed, _ = said(
        capsys, "analyse", out / "ledger.sqlite", few, "--out", tmp_path / "blind", "--blind"
    )
    assert code == exits.OK and "Blind report" in printed


def test_a_study_without_a_record_runs_to_its_report(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(few, tmp_path / few.name)
    (folder / "record.json").unlink()
    code, printed, _ = said(capsys, "run", folder, "--out", tmp_path / "out", "--scenario", "few")
    assert code == exits.OK and "Record: none" in printed and "The page:" not in printed
    assert (tmp_path / "out" / "SIMULATED-report.pdf").read_bytes().startswith(b"%PDF")
    assert not (tmp_path / "out" / "index.html").exists()


def test_a_run_replaces_an_earlier_simulation_and_nothing_else(
    few: Path, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = said(capsys, "run", few, "--out", ledger.parent, "--scenario", "few")
    assert code == exits.INPUT
    assert err.startswith(f"COMM-004 {ledger}: a practice ledger is there already")
    with SQLiteStore.open(ledger) as store:
        assert store.head().sequence == 3


def test_the_same_run_gives_the_same_ledger(few: Path, tmp_path: Path) -> None:
    heads = []
    for _ in range(2):
        assert main(["run", str(few), "--out", str(tmp_path), "--scenario", "few", "--seed", "3"]) == exits.OK
        with SQLiteStore.open(tmp_path / "ledger.sqlite") as store:
            heads.append(store.head())
    assert heads[0] == heads[1]


def test_simulate_looks_at_names_and_folder_before_its_long_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = said(capsys, "simulate", STUDY, "--estimand", "primry", "--out", tmp_path / "out")
    assert code == exits.INPUT
    assert err.startswith(f"COMM-008 {STUDY}: the study has no estimand 'primry' (did you mean 'primary'?")
    code, _, err = said(capsys, "simulate", STUDY, "--scenario", "bse")
    assert code == exits.INPUT and "COMM-003" in err and "did you mean 'base'?" in err
    taken = tmp_path / "a-file"
    taken.write_text("", encoding="utf-8")
    code, _, err = said(capsys, "simulate", STUDY, "--out", taken)
    assert code == exits.INPUT and err.startswith(f"COMM-001 {taken}")


def test_try_names_the_scenarios_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "try", STUDY, "--scenario", "absent")
    assert code == exits.INPUT
    assert err.startswith(
        f"COMM-003 {STUDY / 'scenarios'}: there is no scenario 'absent' (did you mean 'base'? "
    )


def test_a_study_without_a_seal_of_its_own_gets_one_from_its_name(tmp_path: Path) -> None:
    assert practice_seal(tmp_path / "one") == practice_seal(tmp_path / "one")
    assert practice_seal(tmp_path / "one") != practice_seal(tmp_path / "two")


def test_page_writes_the_record_of_a_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "page", STUDY, "--out", tmp_path / "site")
    assert (code, err) == (exits.OK, "")
    assert Path(out.strip()) == tmp_path / "site" / "index.html"
    assert "NCT06965244" in Path(out.strip()).read_text(encoding="utf-8")
    assert (tmp_path / "site" / "style.css").is_file()


def test_page_refuses_what_is_no_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "record.json").write_text("[]", encoding="utf-8")
    code, _, err = said(capsys, "page", tmp_path, "--out", tmp_path / "site")
    assert code == exits.INPUT
    assert err.startswith("REGI-")
    assert not (tmp_path / "site").exists()


def test_verify_accepts_a_whole_ledger(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SQLiteStore.open(ledger) as store:
        made = checkpoint(store.head(), study="X", mode="practice", recorded="2026-11-22T08:00:00Z")
    printed = ledger.with_name("checkpoint.txt")
    printed.write_text(made.text(), encoding="utf-8")
    code, out, err = said(capsys, "verify", ledger, "--checkpoint", printed)
    assert (code, err) == (exits.OK, "")
    assert "entries  3" in out
    assert f"head     {made.hash.hex()}" in out
    last = "It passes through the checkpoint of entry 3, handed out 2026-11-22T08:00:00Z."
    assert out.endswith(f"The chain holds.\n{last}\n")


def test_a_text_that_is_no_checkpoint_says_nothing_of_the_ledger(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = ledger.with_name("letter.txt")
    other.write_text("Dear monitor,", encoding="utf-8")
    code, _, err = said(capsys, "verify", ledger, "--checkpoint", other)
    assert code == exits.INPUT
    assert err.startswith("LEDG-014 checkpoint, line 1")


def test_verify_finds_a_row_that_was_changed(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(ledger)
    for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        connection.execute(f"drop trigger {name}")
    tampered = "cast(replace(cast(payload as text), '80.0', '81.0') as blob)"
    connection.execute(f"update ledger_entry set payload = {tampered} where sequence = 2")
    connection.commit()
    connection.close()
    code, out, _ = said(capsys, "verify", ledger)
    assert code == exits.LEDGER
    assert "ledger entry 2" in out
    assert "The chain does not hold" in out


def test_a_ledger_that_is_not_there_has_the_exit_code_of_ledgers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = said(capsys, "verify", tmp_path / "absent.sqlite")
    assert code == exits.LEDGER
    assert err.startswith("STOR-001 ")


def test_a_file_that_cannot_be_read_is_named(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = ledger.with_name("absent.txt")
    code, _, err = said(capsys, "verify", ledger, "--checkpoint", absent)
    assert code == exits.INPUT
    assert err.startswith(f"COMM-001 {absent}: the file or folder cannot be used: No such file or directory")


def test_an_interruption_is_said_and_has_its_own_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "wait", (__name__, "wait until it is interrupted"))
    code, out, err = said(capsys, "wait")
    assert (code, out, err) == (exits.INTERRUPTED, "", "interrupted\n")


EXAMPLE = "equipoise wait"


def configure(parser: object) -> None:
    """The command that the test above adds takes no arguments."""


def run(arguments: object) -> int:
    """It is interrupted at once."""
    raise KeyboardInterrupt


def test_a_reader_that_goes_away_is_no_error() -> None:
    """As in `equipoise explain STUDY | head -1`."""
    with subprocess.Popen(
        [sys.executable, "-m", "equipoise.cli", "explain", str(STUDY), "derivations"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait() == exits.OK

"""The documents: links lead somewhere, and commands exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand

from airflow_approvals.cli.command import Exit
from airflow_approvals.cli.definition import get_commands

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE_BLOCK = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"airflow approvals ((?:[a-z]+ ?)+)((?:[^`\n|,]|\|(?! ))*)")
CODE = re.compile(r"`[^`\n]+`|^ *\$ .*$", re.MULTILINE)
TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub makes of a document's headings."""
    text = CODE_BLOCK.sub("", document.read_text())
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    bare = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in bare}


def actions(commands: object, *names: str) -> Iterator[tuple[tuple[str, ...], ActionCommand]]:
    """Every command by its names, those in groups included."""
    assert isinstance(commands, (list, tuple))
    for command in commands:
        if isinstance(command, GroupCommand):
            yield from actions(tuple(command.subcommands), *names, command.name)
        else:
            yield (*names, command.name), command


COMMANDS = {names[1:]: command for names, command in actions(get_commands())}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_leads_somewhere(document: Path) -> None:
    """To a file that exists, and to a heading in it."""
    for link in LINK.findall(CODE_BLOCK.sub("", document.read_text())):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), f"{document.name}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{document.name}: {link}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_named_exists(document: Path) -> None:
    """`airflow approvals …` with options that it has, and targets of make."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = document.read_text()
    in_code = "\n".join(CODE.findall(text))
    assert set(TARGET.findall(in_code)) <= targets
    for words, rest in COMMAND.findall(text):
        named = tuple(words.split())
        command = next((COMMANDS[named[:n]] for n in (2, 1) if named[:n] in COMMANDS), None)
        assert command is not None, f"{document.name}: airflow approvals {words}"
        options = {flag for arg in command.args if isinstance(arg, Arg) for flag in arg.flags}
        typed = rest.replace("'", " ").replace('"', " ").split()
        used = {word for word in typed if re.match("--?[a-z]", word)}
        assert used <= options, f"{document.name}: airflow approvals {words}{rest}"


def test_every_exit_code_is_documented() -> None:
    """In the README, where the commands are."""
    text = (ROOT / "README.md").read_text()
    table = text.partition("| exit code |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| (\d) \|", table, re.MULTILINE)
    assert told == ["0", *(str(code.value) for code in Exit)]

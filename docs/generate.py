"""Writes the generated documentation anew: python -m docs.generate."""

from __future__ import annotations

import inspect
from pathlib import Path

import typer

from blockdata.cli import COMMANDS, app
from blockdata.records import Catalogue
from blockdata.records.docs import markdown
from docs.code_pages import codes_markdown
from docs.indicator_pages import indicators_markdown
from docs.profile_pages import profiles_markdown

FOLDER = Path(__file__).parent

_HEAD = """# Command line

Generated from the commands' own help by `python -m docs.generate`; do not edit.

    blockdata [--debug] COMMAND [ARGUMENTS]

Exit codes: 0 done, 1 failed, 2 usage, configuration or a missing key, 4 another run holds the
base; `nightly` ends with 3 for published with warnings and 99 for nothing to do. Errors go to
standard error in a line or two; `--debug` adds where they arose.
"""


def cli_markdown() -> str:
    """Return docs/cli.md: one section per command."""
    group = typer.main.get_command(app)
    sections = [_HEAD]
    for name in COMMANDS:
        command = group
        for word in name.split():
            command = command.commands[word]  # type: ignore[attr-defined]
        sections.append(f"## blockdata {name}\n\n{inspect.cleandoc(command.help or '')}\n")
        sections.append(_parameters(command))
    return "\n".join(sections).rstrip() + "\n"


def _parameters(command: object) -> str:
    rows = [
        f"| `{_spelt(parameter)}` | {getattr(parameter, 'help', '') or ''} |"
        for parameter in command.params  # type: ignore[attr-defined]
    ]
    return "\n".join(("| parameter | meaning |", "| --- | --- |", *rows)) + "\n"


def _spelt(parameter: object) -> str:
    opts, metavar = parameter.opts, parameter.metavar  # type: ignore[attr-defined]
    if parameter.param_type_name == "argument":  # type: ignore[attr-defined]
        return str(metavar or parameter.name)  # type: ignore[attr-defined]
    return f"{', '.join(opts)} {metavar or ''}".strip().replace("|", "\\|")


def pages() -> dict[Path, str]:
    """Return every generated page with its path."""
    kinds = Catalogue().kinds
    return {
        FOLDER / "cli.md": cli_markdown(),
        FOLDER / "indicators.md": indicators_markdown(),
        FOLDER / "records.zh.md": markdown(kinds, "zh"),
        FOLDER / "records.en.md": markdown(kinds, "en"),
        FOLDER / "codes.zh.md": codes_markdown("zh"),
        FOLDER / "codes.en.md": codes_markdown("en"),
        FOLDER / "profiles.zh.md": profiles_markdown("zh"),
        FOLDER / "profiles.en.md": profiles_markdown("en"),
    }


def main() -> None:
    """Write every generated page."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()

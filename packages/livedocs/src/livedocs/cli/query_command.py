"""A command whose words are a query: what begins with a dash and is none of its options is looked for, like ``->``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperCommand, TyperOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer import Context


class QueryCommand(TyperCommand):
    """A command that takes unknown options for words, as they were typed and where they stood."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # pyright: ignore[reportIncompatibleMethodOverride] - Typer makes no other context
        """Read the command line."""
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, TyperOption)]
        flags = {name for option in options if option.is_flag for name in option.opts}
        takers = {name for option in options if not option.is_flag for name in option.opts}
        return super().parse_args(ctx, options_first(args, flags=flags, takers=takers))


def options_first(words: Sequence[str], *, flags: set[str], takers: set[str]) -> list[str]:
    """Put the options of a command line before everything else, and ``--`` between them.

    Args:
        words: of the command line.
        flags: options without a value.
        takers: options with one.

    >>> options_first(["-m", "pdb", "-n5", "->", "--json"], flags={"--json"}, takers={"-n"})
    ['-n5', '--json', '--', '-m', 'pdb', '->']
    """
    options: list[str] = []
    query: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            query.extend(rest)
        elif word in takers:
            value = next(rest, None)
            if value is None:
                return [word]  # refused for want of its value, which must not be the dashes below
            options += [word, value]
        elif word in flags or word.partition("=")[0] in takers or (word[:2] in takers and word[2:].isdecimal()):
            options.append(word)
        else:
            query.append(word)
    return [*options, "--", *query]

"""Runs a Dockerfile without a container: as much of it as means the same in a folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple


class Instruction(NamedTuple):
    keyword: str
    arguments: str


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def left_out(path: PurePosixPath, ignore: list[str]) -> bool:
    """Whether a .dockerignore keeps a file out: the last pattern that meets it or a folder of it decides."""
    out = False
    for line in ignore:
        pattern = line.removeprefix("!").strip("/")
        expression = re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(expression, str(part)) for part in (path, *path.parents)):
            out = not line.startswith("!")
    return out


@dataclass
class Stage:
    """A stage of the build, in a folder in place of its root."""

    image: str
    root: Path
    folder: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    variables: dict[str, str] = field(default_factory=dict)

    def inside(self, path: str) -> Path:
        return self.root / str(self.folder / path).lstrip("/")

    def moved(self, text: str) -> str:
        """A command, with the folders of the image that it names in the place where they are here."""
        return re.sub(r"(?<![\w.])/(opt|src|data)\b", rf"{self.root}/\1", text)


class Build:
    """A build of an image.

    Args:
        context: the folder that is built from.
        scratch: where the stages' folders are made.
    """

    def __init__(self, context: Path, scratch: Path) -> None:
        self.context = context
        self.scratch = scratch
        self.stages: dict[str, Stage] = {}
        self.last: Stage | None = None
        self.health: list[str] = []
        self.command: list[str] = []
        self.user = "root"
        self.ran: list[str] = []
        ignore = (context / ".dockerignore").read_text().splitlines()
        self._ignore = [line for line in ignore if line and not line.startswith("#")]

    @property
    def stage(self) -> Stage:
        assert self.last
        return self.last

    def take(self, instruction: Instruction, *, instead: dict[str, str]) -> None:
        """Do what an instruction says.

        Args:
            instruction: of the Dockerfile.
            instead: commands that only download or need an image's root, with what is done here in their place.
        """
        keyword, arguments = instruction
        if keyword == "FROM":
            image, _, name = arguments.partition(" AS ")
            self.last = self.stages[name] = Stage(image, self.scratch / (name or "image"))
            self.stage.root.mkdir()
        elif keyword == "WORKDIR":
            self.stage.folder = PurePosixPath(arguments)
            self.stage.inside(".").mkdir(parents=True, exist_ok=True)
        elif keyword == "COPY":
            self._copy(arguments)
        elif keyword == "RUN":
            self._run(instead.get(arguments, arguments))
        elif keyword == "ENV":
            self.stage.variables |= dict(pair.split("=", 1) for pair in shlex.split(arguments))
        elif keyword == "USER":
            self.user = arguments
        elif keyword == "HEALTHCHECK":
            self.health = json.loads(arguments.partition("CMD ")[2])
        elif keyword == "CMD":
            self.command = json.loads(arguments)
        else:
            assert keyword in {"VOLUME", "EXPOSE", "STOPSIGNAL"}, keyword

    def _copy(self, arguments: str) -> None:
        *sources, target = arguments.split()
        if sources[0].startswith("--from="):
            stage = self.stages[sources.pop(0).partition("=")[2]]
            found = [stage.root / source.lstrip("/") for source in sources]
            ignore = None
        else:
            found = [self.context / source for source in sources]
            ignore = self._names_left_out
        for source in found:
            assert source.exists(), source
            into = self.stage.inside(target)
            if source.is_dir():
                shutil.copytree(source, into, ignore=ignore, dirs_exist_ok=True, symlinks=True)
            else:
                assert not left_out(PurePosixPath(source.relative_to(self.context)), self._ignore)
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, into)

    def _names_left_out(self, folder: str, names: list[str]) -> list[str]:
        here = PurePosixPath(Path(folder).relative_to(self.context))
        return [name for name in names if left_out(here / name, self._ignore)]

    def _run(self, command: str) -> None:
        self.ran.append(command)
        subprocess.run(
            self.stage.moved(command),
            shell=True,
            check=True,
            cwd=self.stage.inside("."),
            env={"PATH": os.environ["PATH"], "HOME": str(self.scratch)} | self.stage.variables,
        )

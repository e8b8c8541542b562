"""What can be had from Debian's package manager where there is one: packages installed as root, unpacked by anybody."""

import os
import shutil
from pathlib import Path

from workspace import call, say, succeeds

PACKAGE_LISTS = Path("/var/lib/apt/lists")
UNATTENDED = {"DEBIAN_FRONTEND": "noninteractive"}


def may_install() -> bool:
    """Whether this is Debian, or one of its children, and we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def has_package_lists(folder: Path = PACKAGE_LISTS) -> bool:
    """Whether apt knows which packages there are; images of fresh machines come without."""
    return any(folder.glob("*_Packages*"))


def refresh_package_lists() -> None:
    """Ask the archive which packages there are.

    Raises:
        SetupError: the archive could not be reached.
    """
    say("Refreshing the package lists with apt-get update")
    call(["apt-get", "-qq", "update"])


def install(package: str) -> None:
    """Install a package.

    Raises:
        SetupError: apt-get failed; it has printed why.
    """
    refresh_package_lists()
    say(f"Installing {package} with apt-get")
    call(["apt-get", "-qq", "--no-install-recommends", "install", package], variables=UNATTENDED)


def unpack(package: str, folder: Path) -> bool:
    """Fetch a package and unpack it into an empty folder, which needs no rights.

    Returns:
        False where that does not work: no apt, package lists that are missing, an archive that cannot be reached.
    """
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return False
    say(f"Fetching {package} with apt-get download")
    download = ["apt-get", "-qq", "download", package]
    if not succeeds(download, folder=folder):
        # There may be no package lists yet, or lists that name what the archive no longer has.
        refreshed = may_install() and succeeds(["apt-get", "-qq", "update"])
        if not refreshed or not succeeds(download, folder=folder):
            return False
    return all(succeeds(["dpkg-deb", "-x", archive, folder]) for archive in folder.glob("*.deb"))

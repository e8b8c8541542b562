"""Archives: every format is read, and nothing in them is believed."""

import bz2
import gzip
import io
import stat
import tarfile
import tempfile
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.errors import SourceError
from livedocs.sources.archive import ARCHIVE_SUFFIXES, ArchiveSource, DamagedArchiveError
from livedocs.sources.tar_unpacking import unpack_tar
from livedocs.sources.unpacking import UnpackError, UnpackFolder, UnpackLimits
from livedocs.sources.zip_unpacking import unpack_zip


def open_archive(path: Path, workspace: Path, **limits: int) -> dict[str, bytes]:
    """Unpack an archive and return its files."""
    with ArchiveSource(path, workspace.parent, UnpackLimits(**limits)).open() as documentation:
        root = documentation.root
        return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


@pytest.fixture
def with_documentation(html_folder):
    """Members that make an archive a documentation, to which a test adds what it is about."""
    return [("docs/" + file.name, file.read_bytes()) for file in html_folder.iterdir() if file.is_file()]


@pytest.fixture
def tar_with(with_documentation, hostile_tar):
    def make(*members: tuple[tarfile.TarInfo, bytes]) -> Path:
        return hostile_tar(*((tarfile.TarInfo(name), content) for name, content in with_documentation), *members)

    return make


@pytest.fixture
def zip_with(with_documentation, hostile_zip):
    def make(*members: tuple[str, bytes, int]) -> Path:
        return hostile_zip(*((name, content, 0) for name, content in with_documentation), *members)

    return make


def tar_member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = target
    return member, b"" if target or kind != tarfile.REGTYPE else b"content"


@pytest.mark.parametrize("suffix", ARCHIVE_SUFFIXES)
def test_every_format_is_unpacked(html_folder, tmp_path, workspace, pack_archive, suffix):
    files = open_archive(pack_archive(html_folder, tmp_path / f"tiny{suffix}"), workspace)
    assert files == {str(f.relative_to(html_folder)): f.read_bytes() for f in html_folder.rglob("*") if f.is_file()}


@pytest.mark.parametrize("suffix", ARCHIVE_SUFFIXES)
def test_the_format_is_read_from_the_content(html_folder, tmp_path, workspace, pack_archive, suffix):
    misnamed = pack_archive(html_folder, tmp_path / f"tiny{suffix}").rename(tmp_path / "download")
    assert "index.html" in open_archive(misnamed, workspace)


@pytest.mark.parametrize("suffix", ARCHIVE_SUFFIXES)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_off_archive_is_one_clear_error(html_folder, tmp_path, workspace, pack_archive, suffix, share):
    for number in range(50):  # enough that each share cuts inside the content
        (html_folder / f"page{number}.html").write_bytes(bytes(range(256)) * 8)
    whole = pack_archive(html_folder, tmp_path / f"tiny{suffix}")
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    with pytest.raises(SourceError, match=rf"tiny{suffix} was not unpacked: .* Fetch the archive again"):
        open_archive(whole, workspace)
    assert not list(workspace.iterdir())


@pytest.mark.parametrize("content", [b"", b"<html>404 Not Found</html>" * 20, bytes(5000), b"PK", b"BZh", b"\x1f\x8b"])
def test_a_file_that_is_no_archive_is_one_clear_error(tmp_path, workspace, content):
    path = tmp_path / "docs.zip"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"docs\.zip was not unpacked"):
        open_archive(path, workspace)
    assert not list(workspace.iterdir())


def test_a_missing_archive_is_one_clear_error(tmp_path, workspace):
    with pytest.raises(SourceError, match=r"gone\.zip does not exist"):
        open_archive(tmp_path / "gone.zip", workspace)


def test_an_archive_that_cannot_be_read_is_one_clear_error(workspace):
    with pytest.raises(SourceError, match=r"/proc/self/mem was not unpacked into .*: Input/output error"):
        open_archive(Path("/proc/self/mem"), workspace)
    assert not list(workspace.iterdir())


def test_a_folder_is_no_archive(tmp_path, workspace):
    with pytest.raises(SourceError, match="is not a file"):
        open_archive(tmp_path, workspace)


def test_a_zip_member_without_a_name_is_refused(zip_with, workspace):
    with pytest.raises(SourceError, match="it cannot be unpacked"):
        open_archive(zip_with(("", b"content", 0)), workspace)


HOSTILE_NAMES = ["/etc/evil", "../evil", "docs/../../evil", "C:\\evil", "c:evil", "..\\evil", "\\\\server\\evil"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_tar_member_that_leads_outside_refuses_the_archive(tar_with, workspace, name):
    with pytest.raises(SourceError, match="leads outside"):
        open_archive(tar_with(tar_member(name)), workspace)
    assert not list(workspace.iterdir())


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_zip_member_that_leads_outside_refuses_the_archive(zip_with, workspace, name):
    with pytest.raises(SourceError, match="leads outside"):
        open_archive(zip_with((name, b"content", 0)), workspace)
    assert not list(workspace.iterdir())


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../../etc/passwd", "gone.html", "..", "."])
def test_tar_links_to_elsewhere_are_left_out(tar_with, workspace, kind, target):
    files = open_archive(tar_with(tar_member("docs/link.html", kind, target)), workspace)
    assert set(files) == {"api.html", "index.html", "objects.inv"}


def test_links_to_files_of_the_archive_become_copies(tar_with, zip_with, workspace):
    symbolic = tar_member("docs/a.html", tarfile.SYMTYPE, "../docs/index.html")
    hard = tar_member("docs/b.html", tarfile.LNKTYPE, "docs/index.html")
    files = open_archive(tar_with(symbolic, hard), workspace)
    assert files["a.html"] == files["b.html"] == files["index.html"]
    files = open_archive(zip_with(("docs/c.html", b"index.html", stat.S_IFLNK | 0o777)), workspace)
    assert files["c.html"] == files["index.html"]


def test_nothing_is_written_through_a_link(tar_with, tmp_path, workspace):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = tar_member("docs/escape", tarfile.SYMTYPE, str(outside))
    open_archive(tar_with(link, tar_member("docs/escape/evil.html")), workspace)
    assert not list(outside.iterdir())


def test_devices_and_pipes_are_left_out(tar_with, zip_with, workspace):
    kinds = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    members = [tar_member(f"docs/device{number}", kind) for number, kind in enumerate(kinds)]
    assert set(open_archive(tar_with(*members), workspace)) == {"api.html", "index.html", "objects.inv"}
    device = ("docs/device", b"", stat.S_IFCHR | 0o600)
    assert set(open_archive(zip_with(device), workspace)) == {"api.html", "index.html", "objects.inv"}


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"file_bytes": 99_999}, "'docs/big.html' unpacks to more than 99,999 bytes"),
        ({"total_bytes": 100_000}, "it unpacks to more than 100,000 bytes"),
        ({"members": 3}, "it holds more than 3 files"),
        ({"depth": 0}, "it holds folders more than 0 deep"),
    ],
)
def test_an_archive_beyond_a_limit_is_refused(tar_with, zip_with, workspace, limits, said):
    member = tarfile.TarInfo("docs/big.html")
    for archive in (tar_with((member, bytes(100_000))), zip_with(("docs/big.html", bytes(100_000), 0))):
        assert archive.stat().st_size < 3_000
        with pytest.raises(SourceError, match=said):
            open_archive(archive, workspace, **limits)
        assert not list(workspace.iterdir())


def test_copies_of_linked_files_count_too(tar_with, workspace):
    links = [tar_member(f"docs/{number}.html", tarfile.LNKTYPE, "docs/big.html") for number in range(100)]
    archive = tar_with((tarfile.TarInfo("docs/big.html"), bytes(10_000)), *links)
    with pytest.raises(SourceError, match="more than 500,000 bytes"):
        open_archive(archive, workspace, total_bytes=500_000)


def test_a_bomb_outside_of_any_member_is_stopped(tar_with, workspace):
    bomb = workspace.parent / "bomb.tar.bz2"
    bomb.write_bytes(bz2.compress(gzip.decompress(tar_with().read_bytes()) + bytes(30_000_000)))
    with pytest.raises(SourceError, match="it unpacks to more than"):
        open_archive(bomb, workspace, total_bytes=1_000_000, members=100)


def test_a_header_that_would_fill_the_memory_is_refused(tar_with, workspace):
    huge_name = tarfile.TarInfo("docs/" + "x" * 2_000_000)
    with pytest.raises(SourceError, match="it holds a header with the size 2,000,0"):
        open_archive(tar_with((huge_name, b"")), workspace)


def test_endless_extended_headers_are_refused(workspace, tmp_path):
    header = tarfile.TarInfo("pax")
    header.type = tarfile.XHDTYPE
    path = tmp_path / "endless.tar"
    path.write_bytes(header.tobuf(tarfile.USTAR_FORMAT) * 20_000)
    with pytest.raises(SourceError, match=r"endless\.tar was not unpacked"):
        open_archive(path, workspace)


def pax_header(content: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    header = tarfile.TarInfo("pax")
    header.type = kind
    header.size = len(content)
    padding = bytes(-len(content) % tarfile.BLOCKSIZE)
    return header.tobuf(tarfile.USTAR_FORMAT) + content + padding + tarfile.TarInfo("f").tobuf(tarfile.USTAR_FORMAT)


def sparse_header() -> bytes:
    header = tarfile.TarInfo("old")
    header.type = tarfile.GNUTYPE_SPARSE
    return header.tobuf(tarfile.GNU_FORMAT)


def test_a_header_that_would_take_minutes_to_read_is_refused(workspace, tmp_path):
    path = tmp_path / "digits.tar"
    path.write_bytes(pax_header(b"1" * 1024 * 1024))
    with pytest.raises(SourceError, match="it holds a header with the size 1,048,576"):
        open_archive(path, workspace)


def test_many_headers_that_together_would_take_minutes_to_read_are_refused(workspace, tmp_path):
    path = tmp_path / "many.tar"
    path.write_bytes(pax_header(b"x" * 16_384) * 38)
    with pytest.raises(SourceError, match="its extended headers are too large together"):
        open_archive(path, workspace)


def test_global_headers_that_would_be_copied_to_every_member_are_refused(workspace, tmp_path):
    path = tmp_path / "global.tar"
    path.write_bytes(pax_header(b"x" * 2048, tarfile.XGLTYPE) * 3)
    with pytest.raises(SourceError, match="its extended headers are too large together"):
        open_archive(path, workspace)


def test_memory_does_not_grow_with_the_number_of_members(workspace):
    keys = pax_header(b"".join(b"8 %04x=\n" % number for number in range(500)), tarfile.XGLTYPE)
    packed = io.BytesIO(keys + tarfile.TarInfo("f").tobuf(tarfile.USTAR_FORMAT) * 500 + bytes(1024))
    tracemalloc.start()
    unpack_tar(packed, UnpackFolder(workspace, UnpackLimits()), lambda: None)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 3_000_000


def test_extended_headers_of_the_usual_size_are_read(html_folder, tmp_path, workspace):
    path = tmp_path / "tiny.tar"
    long_name = "x" * 150 + ".html"
    (html_folder / long_name).write_text("<title>Long</title>")
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "0" * 40}) as archive:
        archive.add(html_folder, "html")
    assert long_name in open_archive(path, workspace)


@pytest.mark.parametrize(
    "packed",
    [
        pax_header(b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n") + b"9\n0\n".ljust(512, b"0"),
        pax_header(b"21 GNU.sparse.map=0,1\n"),
        pax_header(b"21 GNU.sparse.size=10\n"),
        sparse_header(),
    ],
    ids=["1.0", "0.1", "0.0", "old"],
)
def test_files_with_holes_are_refused(workspace, tmp_path, packed):
    path = tmp_path / "sparse.tar"
    path.write_bytes(packed + bytes(10_240))
    with pytest.raises(SourceError, match="a file that is stored with holes"):
        open_archive(path, workspace)


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE])
@pytest.mark.parametrize("name", ["docs/a\udcff.html", "docs/\udcff/a.html"])
def test_names_that_are_no_unicode_are_left_out(tar_with, workspace, kind, name):
    target = "index.html" if kind == tarfile.SYMTYPE else ""
    assert set(open_archive(tar_with(tar_member(name, kind, target)), workspace)) == {
        "api.html",
        "index.html",
        "objects.inv",
    }
    assert "a.html" in open_archive(tar_with(tar_member(name), tar_member("docs/a.html")), workspace)


def test_an_archive_whose_name_is_no_unicode_has_an_origin_that_can_be_written(tar_with, workspace):
    archive = tar_with().rename(workspace.parent / "docs\udcff.tar.gz")
    with ArchiveSource(archive, workspace.parent).open() as documentation:
        assert documentation.origin.encode().decode() == "archive docs\N{REPLACEMENT CHARACTER}.tar.gz"


def test_a_zip_of_too_many_members_is_refused_before_its_directory_is_read(html_folder, workspace, monkeypatch):
    path = workspace.parent / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(101):
            archive.writestr(f"docs/{number}.html", b"")
    opened = []
    monkeypatch.setattr(zipfile.ZipInfo, "__init__", lambda *arguments: opened.append(arguments))
    with pytest.raises(SourceError, match="it holds more than 100 files"):
        open_archive(path, workspace, members=100)
    assert not opened


@pytest.mark.parametrize("pack", ["tar", "zip"])
def test_a_full_disk_names_the_folder_and_leaves_nothing(tar_with, zip_with, workspace, full_disk, pack):
    if pack == "tar":
        archive = tar_with((tarfile.TarInfo("docs/big.html"), bytes(100_000)))
    else:
        archive = zip_with(("docs/big.html", bytes(100_000), 0))
    with full_disk(), pytest.raises(SourceError) as raised:
        open_archive(archive, workspace)
    assert f"was not unpacked into {workspace.parent}: File too large." in str(raised.value)
    assert not isinstance(raised.value, DamagedArchiveError)
    assert not list(workspace.iterdir())


def test_a_cache_folder_that_cannot_be_written_is_one_clear_error(tar_with, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    source = ArchiveSource(tar_with(), tmp_path / "file")
    with (
        pytest.raises(SourceError, match=r"unpacked into .*file: Not a directory.*LIVEDOCS_CACHE_FOLDER"),
        source.open(),
    ):
        pass


def test_an_archive_with_an_endless_name_is_one_clear_error(workspace):
    with pytest.raises(SourceError, match=r"x cannot be read: File name too long"):
        open_archive(Path("x" * 5_000), workspace)


def test_a_damaged_header_does_not_pass_for_the_end(html_folder, tmp_path, workspace, pack_archive):
    path = pack_archive(html_folder, tmp_path / "tiny.tar")
    with tarfile.open(path) as archive:
        last = archive.getmembers()[-1].offset
    data = bytearray(path.read_bytes())
    data[last + 150] ^= 0xFF  # the checksum
    path.write_bytes(data)
    with pytest.raises(SourceError, match="damaged or cut off"):
        open_archive(path, workspace)


def test_a_zip_with_a_wrong_checksum_is_refused(zip_with, workspace):
    archive = zip_with()
    data = archive.read_bytes()
    place = data.index(b"docs/index.html") + len(b"docs/index.html") + 10
    archive.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
    with pytest.raises(SourceError, match="damaged or cut off"):
        open_archive(archive, workspace)


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [("flag_bits", 0x1, "it is encrypted"), ("compress_type", 9, "Python cannot unpack")],
)
def test_a_zip_that_cannot_be_unpacked_says_why(zip_with, workspace, attribute, value, said):
    archive = zip_with()
    with zipfile.ZipFile(archive, "a") as opened:
        for member in opened.infolist():
            setattr(member, attribute, value)
        opened.writestr("docs/extra", b"")  # makes zipfile write the directory again
    with pytest.raises(SourceError, match=said):
        open_archive(archive, workspace)


name_parts = st.sampled_from(
    ["..", ".", "", "a", "b.html", "c:", "~", "\\..", "$HOME", "\N{SNOWMAN}", "x" * 300, "\udc80"]
)
member_names = st.tuples(
    st.sampled_from(["", "/", "//", "C:\\", "./"]), st.lists(name_parts, min_size=1, max_size=6)
).map(lambda name: name[0] + "/".join(name[1]))
tar_members = st.tuples(
    member_names,
    st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE]),
    member_names,
)


def tar_of(members: list[tuple[str, bytes, str]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, kind, target in members:
            member, content = tar_member(name, kind, target if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else "")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def files_outside(around: Path, inside: Path) -> list[Path]:
    return [path for path in around.rglob("*") if inside not in (path, *path.parents)]


def unpack_and_look(unpack) -> None:
    """Unpack inside a folder, and check that nothing is beside it and that only files and folders are in it."""
    with tempfile.TemporaryDirectory() as temporary:
        around = Path(temporary).resolve()
        inside = around / "workspace"
        inside.mkdir()
        with suppress(UnpackError):
            unpack(around, UnpackFolder(inside, UnpackLimits(total_bytes=100_000, members=50)))
        assert files_outside(around, inside) == [path for path in [around / "packed"] if path.exists()]
        assert all(not path.is_symlink() and (path.is_file() or path.is_dir()) for path in inside.rglob("*"))


@given(st.lists(tar_members, max_size=6))
def test_no_tar_writes_outside_or_makes_links(members):
    packed = tar_of(members)
    unpack_and_look(lambda _, target: unpack_tar(io.BytesIO(packed), target, lambda: None))


@given(st.lists(tar_members, min_size=1, max_size=4), st.data())
def test_no_damaged_tar_ends_in_another_error(members, data):
    packed = bytearray(tar_of(members))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, min(len(packed), 3000) - 1))] = data.draw(st.integers(0, 255))
    unpack_and_look(lambda _, target: unpack_tar(io.BytesIO(packed), target, lambda: None))


zip_names = member_names.filter(lambda name: "\udc80" not in name)
zip_members = st.tuples(zip_names, st.sampled_from([0, stat.S_IFLNK | 0o777]), zip_names)


@given(st.lists(zip_members, min_size=1, max_size=4, unique_by=lambda member: member[0]), st.data())
def test_no_zip_writes_outside_makes_links_or_ends_in_another_error(members, data):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, mode, content in members:
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            archive.writestr(member, content)
    damaged = bytearray(packed.getvalue())
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    def unpack(around: Path, target: UnpackFolder) -> None:
        (around / "packed").write_bytes(damaged)
        unpack_zip(around / "packed", target, lambda unpacked, members: None)

    unpack_and_look(unpack)

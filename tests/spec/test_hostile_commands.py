"""Whatever a command is given, it ends: in bounded memory, with an error, and without a traceback."""

import gzip
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.unit.command import GIGABYTE, RECORD, Command, Ran, process
from tests.unit.tiny_trial import ADSL, SPECIFICATION, trial_files

NOISE = random.Random(20250101).randbytes(50_000)
DOCUMENT = msgspec.json.encode(RECORD)
PAGE = b"Trial Outcomes & Findings for A Trial (NCT NCT00000001)\n\n"

ENTITIES = b'<!DOCTYPE z [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12)
)

ENTITY_BOMB = b'<?xml version="1.0"?>' + ENTITIES + b"]><z>&a11;</z>"

ALIAS_BOMB = b"groups: &a0 [x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 10))
    for level in range(1, 12)
)


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def assert_refused(ran: Ran, *codes: int) -> None:
    """Hold a command to an error of its own, told in words a terminal can show."""
    assert ran.code in codes, ran
    assert ran.out == ""
    assert ran.err.startswith("topline: ")
    assert "Traceback" not in ran.err
    assert all(char.isprintable() or char == "\n" for char in ran.err)


DOCUMENTS = {
    "nothing": b"",
    "blanks": b" \n\n \n",
    "noise": NOISE,
    "zeros": b"\0" * 50_000,
    "truncated JSON": DOCUMENT[: len(DOCUMENT) // 2],
    "truncated page": PAGE,
    "Latin-1 JSON": DOCUMENT.replace(b"Active", b"Activ\xe9"),
    "Latin-1 page": PAGE.replace(b"Trial", b"Tri\xe9l"),
    "UTF-16 JSON": DOCUMENT.decode().encode("utf-16"),
    "UTF-16 page": PAGE.decode().encode("utf-16"),
    "deep lists": b"[" * 1_000_000,
    "deep objects": b'{"resultsSection":' * 200_000,
    "deep elements": b"<a>" * 200_000,
    "deep unknown field": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "entity bomb in XML": ENTITY_BOMB,
    "entity bomb in HTML": b"<!doctype html>" + ENTITY_BOMB,
    "gzip bomb": gzip.compress(b" " * (64 << 20)),
    "gzip in gzip in gzip in gzip": gzip.compress(
        gzip.compress(gzip.compress(gzip.compress(DOCUMENT)))
    ),
    "truncated gzip": gzip.compress(NOISE)[:-100],
    "truncated archive": b"PK\x03\x04" + NOISE,
    "escape sequences": b'{"\x1b[2J": "\x1b]0;x\x07"}',
    "words": b"to be or not to be",
}


@pytest.mark.parametrize("name", ["document", "document.json", "document.txt"])
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_is_none_is_refused(
    topline: Command, tmp_path: Path, document: bytes, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(document)
    target = tmp_path / "target.ndjson"
    target.write_bytes(b"as it was")
    assert_refused(topline("show", file), 3, 6)
    assert_refused(topline("convert", file, "-o", target), 3, 6)
    assert target.read_bytes() == b"as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, "target.ndjson"]


@pytest.fixture
def places(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """What is no file to read from: a folder, a socket, nothing, and what never ends."""
    found = {"folder": tmp_path / "folder", "socket": tmp_path / "socket"}
    found["folder"].mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        folder = os.getcwd()
        os.chdir(tmp_path)  # a socket's name may not be long
        listening.bind("socket")
        os.chdir(folder)
        yield {**found, "nothing": tmp_path / "nothing", "endless": Path("/dev/zero")}


@pytest.mark.parametrize("kind", ["folder", "socket", "nothing", "endless"])
def test_what_is_no_file_is_refused_by_every_command(
    topline: Command, places: dict[str, Path], kind: str
) -> None:
    place = places[kind]
    assert_refused(topline("show", place), 3, 8)
    assert_refused(topline("convert", place), 3, 8)
    assert_refused(topline("diff", place, place), 3, 8)
    assert_refused(topline("explain", place, "/hasResults"), 3, 8)
    assert_refused(topline("spec", "check", place), 6, 8)
    assert_refused(topline("build", place, "-o", places["nothing"]), 6, 8)
    assert not places["nothing"].exists()


def test_a_file_that_may_not_be_read_is_refused(topline: Command, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(DOCUMENT)
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("whoever runs the tests may read every file")
    assert_refused(topline("show", file), 3)
    assert_refused(topline("build", file), 8)


SPECIFICATIONS = {
    "nothing": b"",
    "comment": b"# nothing\n",
    "noise": NOISE,
    "zeros": b"\0" * 10_000,
    "truncated": SPECIFICATION.encode()[:150],
    "Latin-1": SPECIFICATION.encode().replace(b"Two", b"Tw\xf6"),
    "UTF-16": SPECIFICATION.encode("utf-16"),
    "deep lists": b"groups: " + b"[" * 100_000,
    "deep mappings": b"groups: " + b"{a: " * 100_000,
    "deep indents": b"".join(b" " * level + b"a:\n" for level in range(1000)),
    "alias bomb": ALIAS_BOMB,
    "anchor within itself": b"groups: &a {b: *a}\n",
    "tag that runs code": b'groups: !!python/object/apply:os.system ["exit 1"]\n',
    "entity bomb": ENTITY_BOMB,
    "one long word": b"groups: " + b"x" * 2_000_000,
    "one long number": b"groups: " + b"9" * 100_000,
    "escape sequences": b'"\\e[2J": "\\e]0;x\\a"\n',
    "deep condition": SPECIFICATION.encode() + b"    where: " + b"(" * 15_000 + b"\n",
}


@pytest.mark.parametrize("specification", SPECIFICATIONS.values(), ids=SPECIFICATIONS)
def test_a_specification_that_is_none_is_refused(
    topline: Command, tmp_path: Path, specification: bytes
) -> None:
    study = trial_files(tmp_path)
    study.write_bytes(specification)
    assert_refused(topline("spec", "check", study), 5, 6)
    assert_refused(topline("build", study, "-o", tmp_path / "out"), 5, 6)
    assert not (tmp_path / "out").exists()


DATASETS = {
    "nothing": b"",
    "noise": NOISE,
    "zeros": b"\0" * 10_000,
    "Dataset-JSON in its middle": b'{"datasetJSONVersion": "1.1.0", "rows": [[1, ',
    "Parquet without an end": b"PAR1" + NOISE,
    "transport file without an end": b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
    "deep lists": b"[" * 1_000_000,
    "deep objects": b'{"a":' * 200_000,
    "entity bomb": ENTITY_BOMB,
    "UTF-16": ADSL.encode("utf-16"),
    "names alone": ADSL.splitlines()[0].encode() + b"\n",
    "a quote without an end": ADSL.encode() + b'"' + b"x" * 1_000_000,
}


@pytest.mark.parametrize("ending", [".csv", ".xpt", ".sas7bdat", ".parquet", ".json", ".ndjson"])
@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_a_dataset_that_is_none_is_refused(
    topline: Command, tmp_path: Path, dataset: bytes, ending: str
) -> None:
    study = trial_files(tmp_path)
    (tmp_path / "adam" / "adsl.csv").unlink()
    (tmp_path / "adam" / f"adsl{ending}").write_bytes(dataset)
    assert_refused(topline("build", study, "-o", tmp_path / "out"), 4, 5, 6, 9)
    assert not (tmp_path / "out").exists()


def test_what_is_no_file_among_the_datasets_is_passed_over(
    topline: Command, tmp_path: Path
) -> None:
    study = trial_files(tmp_path)
    adsl = tmp_path / "adam" / "adsl.csv"
    adsl.unlink()
    os.mkfifo(adsl)  # reading it would wait for ever
    ran = topline("build", study, "-o", tmp_path / "out")
    assert_refused(ran, 5)
    assert "no dataset ADSL" in ran.err


SEVERAL = """
import sys
from topline.cli.main import main
for words in sys.argv[1:]:
    print(main(words.split("\\t")), words.replace("\\t", " "), flush=True)
"""


def several(*commands: tuple[object, ...], memory: int) -> list[str]:
    """Run commands one after the other in one process of bounded memory; return what they say."""
    import resource

    done = subprocess.run(
        [sys.executable, "-c", SEVERAL, *("\t".join(map(str, words)) for words in commands)],
        capture_output=True,
        timeout=300,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)),
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    return done.stdout.decode().splitlines()


def large(folder: Path, name: str, beginning: bytes) -> Path:
    """Make a file of a gigabyte that takes no room: after its beginning all is zero."""
    path = folder / name
    with path.open("wb") as file:
        file.write(beginning)
        file.truncate(GIGABYTE)
    return path


def test_documents_of_a_gigabyte_are_refused_in_bounded_memory(tmp_path: Path) -> None:
    files = [
        large(tmp_path, "zeros.json", b""),
        large(tmp_path, "text.json", b'{"hasResults": "'),
        large(tmp_path, "after.json", DOCUMENT),
        large(tmp_path, "page.txt", PAGE),
        large(tmp_path, "packed.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\xff"),
        large(tmp_path, "archive.zip", b"PK\x03\x04"),
    ]
    target = tmp_path / "target.ndjson"
    commands: list[tuple[object, ...]] = [("show", file) for file in files]
    commands += [("convert", file, "-o", target) for file in files]
    ended = several(*commands, memory=GIGABYTE)
    assert {line[0] for line in ended} <= {"3", "6"}
    assert len(ended) == len(commands)
    assert not target.exists()


@pytest.mark.slow
def test_specifications_and_datasets_of_a_gigabyte_are_refused_in_bounded_memory(
    tmp_path: Path,
) -> None:
    beginnings = {
        "adsl.csv": ADSL.encode(),
        "adsl.xpt": b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
        "adsl.sas7bdat": b"",
        "adsl.parquet": b"PAR1",
        "adsl.json": b'{"datasetJSONVersion": "',
        "adsl.ndjson": b'{"datasetJSONVersion": "',
    }
    commands: list[tuple[object, ...]] = []
    for name, beginning in beginnings.items():
        folder = tmp_path / name
        folder.mkdir()
        study = trial_files(folder)
        (folder / "adam" / "adsl.csv").unlink()
        large(folder / "adam", name, beginning)
        commands.append(("build", study, "-o", folder / "out"))
    commands.append(("build", large(tmp_path, "study.yaml", b'groups: "'), "-o", tmp_path / "out"))
    # Polars sets more aside than it uses; less than this and it does not start.
    ended = several(*commands, memory=3 * GIGABYTE)
    assert {line[0] for line in ended} <= {"4", "6"}
    assert len(ended) == len(commands)


@pytest.mark.parametrize(
    ("beginning", "repeated"),
    [
        (b'{"hasResults": "', b"x"),
        (PAGE, b"a line\n"),
        (b"[", b'{"hasResults": true},'),
        (b"", b'{"hasResults": true}\n'),
        (b"", b"\0"),
    ],
    ids=["one text", "one page", "one list", "lines", "zeros"],
)
def test_a_stream_without_an_end_is_refused(beginning: bytes, repeated: bytes) -> None:
    script = (
        "import sys\n"
        "sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))\n"
        "block = bytes.fromhex(sys.argv[2]) * 10_000\n"
        "while True: sys.stdout.buffer.write(block)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, beginning.hex(), repeated.hex()],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as endless:
        assert endless.stdout is not None
        ran = process("show", "-", stdin=endless.stdout.fileno(), memory=GIGABYTE)
        endless.stdout.close()
    assert_refused(ran, 3, 6)

"""Files in an object store: one of fsspec's in this process, and a server of S3's protocol."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import OPTIONS, write
from helpers.tables import FEATURES, make_table
from pyarrow import fs

from fastsmote._commands import main as cli
from fastsmote.offline import OfflineError, _files, _remote, resample
from fastsmote.over_sampling import SMOTE

fsspec = pytest.importorskip("fsspec")


@pytest.fixture(scope="module")
def frame():
    return make_table(3_000)


@pytest.fixture(scope="module")
def s3():
    """A server of S3's protocol in this process, and the end of its URIs."""
    pytest.importorskip("flask")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "none")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "none")
        end = f"?scheme=http&endpoint_override={host}:{port}&region=us-east-1"
        end += "&allow_bucket_creation=true"
        filesystem, _ = fs.FileSystem.from_uri(f"s3://bucket{end}")
        filesystem.create_dir("bucket")
        yield filesystem, end
    server.stop()


@pytest.fixture(params=["memory", "s3"])
def store(request, tmp_path, monkeypatch):
    """A filesystem, what makes a URI of a name, and what reads a table."""
    monkeypatch.setenv(_remote.STAGING, str(tmp_path))
    if request.param == "s3":
        filesystem, end = request.getfixturevalue("s3")
        begin = "s3://bucket/"
    else:
        filesystem = fs.PyFileSystem(fs.FSSpecHandler(fsspec.filesystem("memory")))
        begin, end = "memory://bucket/", ""
        filesystem.create_dir("/bucket")
    root = "bucket" if request.param == "s3" else "/bucket"

    def read(name):
        return pq.read_table(f"{root}/{name}", filesystem=filesystem)

    yield filesystem, lambda name: f"{begin}{name}{end}", read
    for info in filesystem.get_file_info(fs.FileSelector("bucket")):
        remove = filesystem.delete_file if info.is_file else filesystem.delete_dir
        remove(info.path)


def upload(filesystem, frame, path, tmp_path):
    local = write(frame, tmp_path / "local.parquet", 500)
    if "/" in path:
        filesystem.create_dir(f"bucket/{path.rpartition('/')[0]}")
    with filesystem.open_output_stream(f"bucket/{path}") as stream:
        stream.write(local.read_bytes())
    local.unlink()


def names(filesystem):
    infos = filesystem.get_file_info(fs.FileSelector("bucket", recursive=True))
    return sorted(info.path.lstrip("/").removeprefix("bucket/") for info in infos if info.is_file)


def assert_smote_in_store(table, frame):
    X, y = SMOTE(random_state=0).fit_resample(frame[FEATURES], frame["y"])
    got = table.to_pandas()
    pd.testing.assert_frame_equal(got[FEATURES], X)
    np.testing.assert_array_equal(got["y"], y)


@pytest.mark.parametrize("dst", ["out.parquet", "out"])
def test_files_are_read_and_written_in_a_store(dst, store, frame, tmp_path):
    filesystem, uri, read = store
    upload(filesystem, frame, "in.parquet", tmp_path)
    summary = resample(uri("in.parquet"), uri(dst), part_rows=1_500, **OPTIONS)
    assert_smote_in_store(read(dst), frame)
    if dst == "out":
        assert summary["parts"] == 4
        parts = [f"out/part-{i:05d}.parquet" for i in range(4)]
        assert names(filesystem) == ["in.parquet", "out/_manifest.json", *parts]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_folders_is_read(store, frame, tmp_path):
    filesystem, uri, _ = store
    for i in range(4):
        path = f"in/year=202{i % 2}/{i}.parquet"
        upload(filesystem, frame[750 * i : 750 * (i + 1)], path, tmp_path)
    upload(filesystem, frame, "in/_hidden/a.parquet", tmp_path)
    resample(uri("in"), tmp_path / "out", target="y", exclude=["id", "time", "text", "year"])
    order = [*range(750), *range(1_500, 2_250), *range(750, 1_500), *range(2_250, 3_000)]
    got = pq.read_table(tmp_path / "out")
    assert_smote_in_store(got, frame.iloc[order].reset_index(drop=True))
    assert got["year"].to_pylist()[:3_000] == [2020] * 1_500 + [2021] * 1_500


def test_what_exists_is_not_written_over_unless_asked(store, frame, tmp_path):
    filesystem, uri, _ = store
    upload(filesystem, frame, "in.parquet", tmp_path)
    resample(uri("in.parquet"), uri("out"), part_rows=1_500, **OPTIONS)
    shown = uri("out").partition("?")[0]
    with pytest.raises(OfflineError, match=f"{shown}: exists. Pass --overwrite"):
        resample(uri("in.parquet"), uri("out"), **OPTIONS)
    again = resample(uri("in.parquet"), uri("out"), part_rows=1_500, resume=True, **OPTIONS)
    assert again["was_complete"]
    resample(uri("in.parquet"), uri("out"), overwrite=True, **OPTIONS)
    assert names(filesystem) == ["in.parquet", "out/_manifest.json", "out/part-00000.parquet"]
    upload(filesystem, frame, "mine/a.parquet", tmp_path)
    with pytest.raises(OfflineError, match="so it is not an earlier output"):
        resample(uri("in.parquet"), uri("mine"), overwrite=True, **OPTIONS)
    with pytest.raises(OfflineError, match="is, contains or is inside the source"):
        resample(uri("mine"), uri("mine/out"), **OPTIONS)


def test_an_interrupted_run_goes_on(store, frame, tmp_path, monkeypatch):
    filesystem, uri, read = store
    upload(filesystem, frame, "in.parquet", tmp_path)
    copy, calls = _remote._copy, []

    def interrupt(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        copy(*args)

    with monkeypatch.context() as patch:
        patch.setattr(_remote, "_copy", interrupt)
        with pytest.raises(KeyboardInterrupt, match="The output is complete in "):
            resample(uri("in.parquet"), uri("out"), part_rows=1_500, **OPTIONS)
    assert "out/_manifest.json" not in names(filesystem)
    resample(uri("in.parquet"), uri("out"), part_rows=1_500, resume=True, **OPTIONS)
    assert_smote_in_store(read("out"), frame)
    manifest = filesystem.open_input_stream("bucket/out/_manifest.json").read()
    assert len(json.loads(manifest)["parts"]) == 4


def test_what_is_not_there_is_named(store, tmp_path):
    _, uri, _ = store
    shown = uri("none.parquet").partition("?")[0]
    with pytest.raises(OfflineError, match=f"^{shown}: there is no such file or folder"):
        resample(uri("none.parquet"), tmp_path / "out", **OPTIONS)


@pytest.mark.parametrize("scheme", ["hf", "https", "adl"])
def test_a_package_that_is_missing_is_named(scheme, tmp_path, monkeypatch, capsys):
    def url_to_fs(uri):
        raise ImportError("Install some_package to access it")

    monkeypatch.setattr(fsspec.core, "url_to_fs", url_to_fs)
    command = ["resample", f"{scheme}://host/in.parquet", str(tmp_path / "out"), "--target", "y"]
    assert cli.main(command) == 1
    error = capsys.readouterr().err
    assert error == (
        f"fastsmote resample: {scheme}://host/in.parquet: the package that "
        f"{scheme}:// needs is not installed: Install some_package to access it.\n"
    )


def test_an_unknown_scheme_is_named(tmp_path):
    with pytest.raises(OfflineError, match=r"^s4://a/b: cannot be reached: Protocol not known: s4"):
        resample("s4://a/b", tmp_path / "out", **OPTIONS)


def test_file_uris_are_local_paths(frame, tmp_path):
    src = write(frame, tmp_path / "in.parquet")
    resample(src.as_uri(), (tmp_path / "out").as_uri(), **OPTIONS)
    assert_smote_in_store(pq.read_table(tmp_path / "out"), frame)


@pytest.mark.parametrize("path", ["C:\\data\\in.parquet", "in.parquet", "a:b", "./s3:/x"])
def test_paths_are_no_uris(path):
    assert not _files.is_remote(path)

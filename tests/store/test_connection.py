"""Connections: keys bound, files out of reach, settings frozen."""

import traceback

import duckdb
import pytest

from blockdata.errors import KeyMissingError, StoreError
from blockdata.store.connection import attach, connect, load_extension, lock_down, quote

KEY = "a key of more than thirty-two characters"


@pytest.fixture
def con():
    made = connect()
    yield made
    made.close()


@pytest.fixture
def sealed(tmp_path):
    """An encrypted file that holds one table."""
    path = tmp_path / "o'brien 甲.people"
    con = connect()
    load_extension(con, "httpfs")
    attach(con, "p", path, key=KEY)
    con.execute("CREATE TABLE p.t AS SELECT 'canary-value' AS x")
    con.close()
    return path


def test_names_are_quoted(con):
    odd = 'a"b; DROP'
    con.execute(f"CREATE TABLE {quote(odd)} (x INT)")
    assert con.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [(odd,)]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("autoinstall_known_extensions", "false"),
        ("autoload_known_extensions", "false"),
        ("allow_community_extensions", "false"),
        ("temp_file_encryption", "true"),
        ("temp_directory", ""),
    ],
)
def test_settings_are_safe(con, setting, value):
    found = con.execute("SELECT current_setting(?)", [setting]).fetchone()[0]
    assert str(found).lower() == value


def test_the_right_key_opens(con, sealed):
    attach(con, "p", sealed, key=KEY, read_only=True)
    assert con.execute("SELECT x FROM p.t").fetchall() == [("canary-value",)]


def test_the_bytes_of_an_encrypted_file_say_nothing(sealed):
    assert b"canary-value" not in sealed.read_bytes()


@pytest.mark.parametrize("key", [None, "another key of more than thirty-two characters"])
def test_without_the_key_or_with_a_wrong_one_it_stays_closed(con, sealed, key):
    with pytest.raises(KeyMissingError):
        attach(con, "p", sealed, key=key, read_only=True)


def test_no_error_shows_a_key(con, sealed, tmp_path):
    wrong = "wrong-but-still-a-secret-key-of-somebody"
    for path in (sealed, tmp_path / "none" / "x.db"):
        with pytest.raises((KeyMissingError, StoreError)) as caught:
            attach(con, "p", path, key=wrong)
        assert wrong not in "".join(traceback.format_exception(caught.value))


def test_a_file_that_is_no_database_is_told_by_its_place(con, tmp_path):
    path = tmp_path / "x.duckdb"
    path.write_bytes(b"not a database " * 4096)
    with pytest.raises(StoreError, match=r"x\.duckdb"):
        attach(con, "x", path, read_only=True)


def test_a_missing_file_is_not_made_when_only_read(con, tmp_path):
    with pytest.raises(StoreError):
        attach(con, "x", tmp_path / "none.duckdb", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_an_extension_without_its_wheel_is_told(con):
    with pytest.raises(StoreError, match="duckdb-extension-nothing"):
        load_extension(con, "nothing")


class TestLockedDown:
    """What a connection can no longer do once a base is attached."""

    @pytest.fixture
    def locked(self, con, tmp_path):
        load_extension(con, "spatial")
        (tmp_path / "file.csv").write_text("a\n1\n", encoding="utf-8")
        lock_down(con)
        return con

    @pytest.mark.parametrize(
        "statement",
        [
            "FROM read_csv('{0}/file.csv')",
            "FROM '{0}/file.csv'",
            "FROM read_text('{0}/file.csv')",
            "FROM read_blob('{0}/file.csv')",
            "FROM glob('{0}/*')",
            "FROM ST_Read('{0}/file.csv')",
            "ATTACH '{0}/other.duckdb' AS other",
            "COPY (SELECT 1) TO '{0}/out.csv'",
            "EXPORT DATABASE '{0}/out'",
            "INSTALL json",
            "LOAD httpfs",
            "FROM read_csv('https://example.invalid/x.csv')",
            "SET enable_external_access = true",
            "SET temp_directory = '{0}'",
            "SET autoload_known_extensions = true",
            "RESET lock_configuration",
            "PRAGMA memory_limit = '1GB'",
        ],
    )
    def test_it_is_refused_and_nothing_is_written(self, locked, tmp_path, statement):
        with pytest.raises(duckdb.Error):
            locked.execute(statement.format(tmp_path)).fetchall()
        assert [p.name for p in tmp_path.iterdir()] == ["file.csv"]

    def test_plain_sql_and_geometry_go_on(self, locked):
        assert locked.execute("SELECT ST_X(ST_Point(3, 4))").fetchone() == (3.0,)

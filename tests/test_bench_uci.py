"""The command ``python -m bench.uci``: what it reads, refuses and prints."""

from __future__ import annotations

import numpy as np
import pytest

from bench import uci

TINY = uci.Effort(splits=3, rates=(0.01, 0.2), steps=150, passes=20)


def table(tmp_path, text, name="table.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def numbers(n=60, noise=0.1):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 2))
    return X, X @ [1.0, -2.0] + noise * rng.normal(size=n)


def rows_of(X, y):
    return "a,b,target\n" + "\n".join(f"{u},{v},{w}" for (u, v), w in zip(X, y, strict=True))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a\n1\n2\n", "has one column"),
        ("1,2\n3,4\n", "put a line of headings"),
        ("a,b\n1,2\n,4\n", "Row 3 of .* has a gap in column 'a'"),
        ("a,b\n1,2\nNA,4\n", "has a gap"),
        ("a,b\n1,2\nred,4\n", "has the text 'red' in column 'a'"),
        ("a,b\n1,2\n3\n", "Row 3 of .* has 1 cells, and there are 2 headings"),
        ("a,b\n1,2\n3,4\n", "has 2 rows: splits need at least 20"),
        ("a,b\n" + "1,5\n" * 30, "is 5 everywhere"),
        ("a,b\n1,inf\n", "infinite"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path, capsys, text, said):
    with pytest.raises(uci.BadTable, match=said):
        uci.read(table(tmp_path, text))
    assert uci.main([str(table(tmp_path, text))]) == 1
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1


def test_a_missing_file_binary_data_and_an_unknown_target(tmp_path):
    with pytest.raises(uci.BadTable, match="There is no file"):
        uci.read(tmp_path / "none.csv")
    path = tmp_path / "data.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(uci.BadTable, match="not text"):
        uci.read(path)
    with pytest.raises(uci.BadTable, match="has no column 'c': it has a, b"):
        uci.read(table(tmp_path, "a,b\n1,2\n"), "c")


def test_semicolons_and_a_target_in_the_middle(tmp_path):
    body = "\n".join(f"{i};{2 * i};{i % 7}" for i in range(25))
    X, y, name = uci.read(table(tmp_path, "a;b;c\n" + body), "b")
    assert name == "b"
    assert y.tolist() == [2 * i for i in range(25)]
    assert X.shape == (25, 2)


def test_the_protocol_learns_and_repeats():
    X, y = numbers(200)
    scores = uci.protocol(X, 100 * y, TINY)
    again = uci.protocol(X, 100 * y, TINY)
    assert np.array_equal(scores.rmse, again.rmse)
    assert scores.rmse.mean() < 0.5 * (100 * y).std()
    # in units of the target: a hundred times the target costs log 100
    small = uci.protocol(X, y, TINY)
    assert small.likelihood - scores.likelihood == pytest.approx(np.log(100), abs=0.05)


def test_blocks_change_no_score(monkeypatch):
    X, y = numbers(40)
    from dropout_course.lab import bayesian
    from dropout_course.lab.bayesian_tasks import learn_table, splits

    data = splits(X, y, range(2))
    (net,) = learn_table(data, [0.0], [1e-6], steps=20)
    taus = np.array([[1.0, 2.0]] * 2)
    whole = uci._scored(net, data.X_test, data.y_test, taus, T=3)
    monkeypatch.setattr(uci, "SAMPLES", 1)
    blocks = uci._scored(net, data.X_test, data.y_test, taus, T=3)
    for a, b in zip(whole, blocks, strict=True):
        assert a == pytest.approx(b, rel=1e-5)  # at p = 0 passes are all alike
    assert isinstance(net, bayesian.Network)


def test_the_papers_row_is_beside_ours(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(uci, "QUICK", TINY)
    path = table(tmp_path, rows_of(*numbers()), "yacht_hydrodynamics.csv")
    assert uci.main([str(path), "--quick"]) == 0
    out = capsys.readouterr().out
    assert "60 rows, target 'target', 3 splits" in out
    assert "the paper, yacht" in out
    assert "1.110" in out
    assert "re-run, yacht" in out
    assert "-1.250" in out


def test_a_table_that_the_paper_lacks(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(uci, "QUICK", TINY)
    path = table(tmp_path, rows_of(*numbers()))
    assert uci.main([str(path), "--quick"]) == 0
    assert "has no data set of this name" in capsys.readouterr().out

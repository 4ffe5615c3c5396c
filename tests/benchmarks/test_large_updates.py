"""The measurements of distributions that can be updated run, small, and their figure is drawn."""

import numpy as np

from benchmarks import large_annealing, large_updates


def test_ratios_are_measured_and_printed(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["large_updates", "--actions", "100", "--rounds", "1"])
    large_updates.main()
    printed = capsys.readouterr().out
    assert printed.count("times faster") >= 12
    assert "buckets: another temperature and a draw" in printed


def test_annealing_is_measured_and_drawn(tmp_path, capsys):
    regret = large_annealing.regrets(arms=20, replicates=2, steps=6)
    time = large_annealing.times(range(1, 3), steps=5)
    large_annealing.print_results(regret, time)
    assert capsys.readouterr().out.count("regret") == 6
    # A tree draws by the same uniform numbers as a table.
    np.testing.assert_array_equal(regret["Staircase, trees"], regret["Staircase, table"])
    assert all((sums >= 0).all() and sums.shape == (6, 2) for sums in regret.values())
    large_annealing.save_figure(large_annealing.draw(regret, time), tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 1000

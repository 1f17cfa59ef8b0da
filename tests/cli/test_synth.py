def test_help_names_its_commands(run):
    done = run("synth", "--help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("day", "catalogue"))

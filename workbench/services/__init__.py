"""What an evaluator can do; the window, the command line and the tests all come through here."""

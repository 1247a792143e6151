"""Paper out: what the evaluation says, as files for people."""

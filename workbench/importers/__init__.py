"""Paper in: what people filled in elsewhere, checked before anything of it counts."""

"""One module per kind of 评分标准; each takes inputs and returns score and derivation."""

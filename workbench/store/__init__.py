"""Memory: one folder per evaluation, with its database, its evidence and its backups. SQL lives only here."""

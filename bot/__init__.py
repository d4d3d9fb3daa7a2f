"""Everything that composes Sayso: the engine, the records, the pages and the command line."""

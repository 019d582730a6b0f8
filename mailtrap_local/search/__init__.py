"""The query language: one grammar (`syntax`), two meanings that a property test holds equal (`match` and `sql`)."""

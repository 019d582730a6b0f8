"""Where messages are kept: `base` says what a store does, `sqlite` does it, `schema/` holds the migrations."""

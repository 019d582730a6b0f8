"""mailtrap-local: catch mail on a developer's machine, show it live, let tests wait for it."""

__version__ = "0.1.0"

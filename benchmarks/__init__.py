"""Benchmarks of mailtrap-local beside its peers: `python -m benchmarks --help`, or `make bench`.

Rules that make the figures comparable:

1. Every catcher gets the same client, the same messages and the same number of runs, in turn (A B C A B C), each run
   with a fresh process and an empty store on loopback ports of its own.
2. A run is bounded in messages and in time: the warm-up tells how many messages a catcher takes in the time given.
3. A catcher that can tell how much it holds is asked after each run; what it lost makes the run a failure.
4. Ratios are taken within a round and their median is shown, so that a machine busy with something else slows both
   sides of a ratio. Above 1 means that mailtrap-local with a database file is better.
5. Every process is ended and every folder removed, however the benchmark ends.
"""

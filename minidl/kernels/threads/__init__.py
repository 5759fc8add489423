"""Threads: a pool of helpers, tasks that they claim with atomic steps, and how many there are."""

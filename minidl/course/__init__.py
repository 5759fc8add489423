"""Exercises: checks, hints, solutions and the student's edition."""

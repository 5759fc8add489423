"""The predictions of each notebook, one file a notebook: see ``minidl.course.prediction``."""

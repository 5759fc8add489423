"""The course as a site: ``python -m scripts.site`` builds it from what the repository holds."""

EQUAL: dict[str, dict[str, str]] = {}

"""Real networks: fetching and checking their files, decoding the formats, and the networks."""

"""One submission: read, matched with the release, rebuilt, judged, and its outputs made safe."""

"""Text in, facts out: readers, text cleaning, the spaCy pipeline with its rules. Knows nothing of the graph."""

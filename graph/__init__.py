"""Facts in, one graph out: the store, resolution of names, the graph, look-ups. Knows nothing of exports."""

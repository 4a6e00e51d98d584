"""Facts in, one graph out: the store, resolution of names across papers, the graph, look-ups. Knows nothing of exports."""

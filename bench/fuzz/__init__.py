"""Whatever reads, fed with what no person would write."""

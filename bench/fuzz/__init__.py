"""The readers, fed with what no person would write."""

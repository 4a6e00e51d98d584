"""A SPARQL endpoint on this machine, with a page to ask and the explorer. See docs/sparql.md."""

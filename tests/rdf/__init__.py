"""RDF, the shapes, SPARQL and the endpoint."""

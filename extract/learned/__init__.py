"""The trained extractor: one small encoder over the whole abstract, one head for spans, one for pairs of things."""

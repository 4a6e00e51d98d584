"""The architecture on public corpora: trained on a corpus' own training part, measured on a part held aside."""

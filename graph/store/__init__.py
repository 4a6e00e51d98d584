"""The atlas on disk: one SQLite file, the only truth; see docs/store.md for what is in it and what it promises.

``schema`` says what the tables are, ``rows`` how facts become rows and rows facts, ``view`` reads a store. ``revision``
works out what a build changes, ``journal`` keeps what it has found until it is done, ``writing`` makes the file anew,
``seal`` hashes it, ``lock`` lets one build at a time do so.
"""

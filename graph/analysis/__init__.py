"""What an atlas' graph tells when it is asked as a whole: boards of scores, paths, a timeline, what is central.

Pure functions of the graph of :mod:`paperatlas.graph.build`; :class:`~paperatlas.graph.atlas.Atlas` has a method for
each.
"""

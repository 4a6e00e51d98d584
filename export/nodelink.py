"""Node-link JSON, as networkx reads it back: ``networkx.node_link_graph(json.load(file), edges="edges")``.

{"directed": true, "multigraph": true, "graph": {}, "nodes": [{"id": "vq-vae", "type": "Method", "name": "VQ-VAE",
"aliases": [...], ...}], "edges": [{"source": "vq-vae", "target": "...", "key": "appliedTo", "support": 2, ...}]}
"""

from __future__ import annotations

import json
from typing import BinaryIO

import networkx as nx

from paperatlas.graph.atlas import Atlas


def write_nodelink(atlas: Atlas, out: BinaryIO) -> None:
    """Write the graph with everything that its nodes and edges carry."""
    data = nx.node_link_data(atlas.graph, edges="edges")
    out.write(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n")

"""Writes of ours that went elsewhere than was meant, because rows or columns moved under them: into other `rows`, other
`columns`, or over the `ids` of leads. Only notes what is to be put back; `bridge.worker` writes.
"""

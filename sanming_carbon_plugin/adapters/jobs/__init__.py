"""The jobs a forester asks for: open what they need, walk the stages, write what came out.

The command line and the Processing algorithms both call these, so that both do the same work.
"""

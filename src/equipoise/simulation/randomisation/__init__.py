"""Randomisation assessed before a trial begins: compiled twins of every scheme, and what can be known of them.

The twins give, draw for draw, the arms that `equipoise.allocation` gives; the exact figures are computed from that
package itself. So the code that is assessed is the code that randomises participants.
"""

"""The tables of the bridge and what is kept in them: links, history, counters, quota, in-flight writes. Decides
nothing about values.

Read `models`, then `unit_of_work`, `history` with `misdirected_history`, `in_flight_writes`;
`quota`, `counters` and `notices` stand alone.
"""

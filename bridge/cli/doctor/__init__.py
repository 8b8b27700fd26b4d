"""``leadbridge doctor``: one look at everything the bridge leans on. Changes nothing; every fault says what to do.

Each check stands alone: one that cannot run says why, and the others go on.
"""

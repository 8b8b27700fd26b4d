"""What may happen in a world, one module for each kind: people and programs; rows and columns; the network, Google, time
and the bridge itself; and a person's hand in the moment between two calls to Google.
"""

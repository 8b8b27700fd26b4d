"""What the sheet owes: `flush` decides what each row is to show, `put_back` what a misdirected write took; `locate`
finds rows that are not where they were, `append` makes those that do not exist yet.
"""

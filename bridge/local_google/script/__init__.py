"""The sheet's script project on this machine: the files of apps_script/ in an embedded JavaScript engine.

`host` queues events and runs functions; `execution` is one run and what it may ask for, from `spreadsheet_app` to
`dates`, a room for each; `project` is what outlives a run; `engine` and ``runtime/`` are the JavaScript side.
"""

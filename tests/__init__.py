"""The tests, by what they need.

- ``unit``: nothing. ``api``: the task API and a database. ``sync``: the whole product in the test's own process
  (`tests.stack`). ``postgres``: claims about PostgreSQL. ``migrations``: SQLite, and once PostgreSQL.
- ``local_google``: the local Google over HTTP (`test_panels` also a Chromium). ``apps_script``: the sheet's script in the local Google's runtime.
- ``process``: the product as processes of their own. ``browser``: a Chromium. ``typecheck``: Node. ``benchmarks`` and
  ``prove``: the parts of ``make bench`` and ``make prove``.

``make test`` runs the fast tier: no test marked ``full``, of the folders process, browser, typecheck, benchmarks and
prove only what is marked ``fast``, on SQLite but for what is marked ``both`` or ``postgres``. ``make test-all`` runs
everything, on both databases, and searches properties longer.
"""

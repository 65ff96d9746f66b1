"""The console: pages for clerks, warehouse, finance and operations (`docs/console.md`).

It decides nothing and knows no service: it reads and writes by the HTTP API, with the scopes of whoever is logged in.
"""

"""How the console asks the HTTP API, and how what it answers becomes something that a page shows."""

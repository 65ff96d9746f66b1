"""What people of operations do with dead letters: find them, rehearse them, send them again, leave them.

Commands and HTTP sides do it in the same way. Nothing here decides anything of the business: whatever is sent again is
decided by the service that could not decide it before (``docs/mending.md``).
"""

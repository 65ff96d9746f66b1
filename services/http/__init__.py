"""What the HTTP sides of the services share: who asks, how a request becomes a message, how its answer is waited for.

No service: it owns no topic, and decides nothing. ``docs/architecture.md``, section 8, tells how it works.
"""

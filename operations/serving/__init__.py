"""The HTTP sides of the three services and of the watch room behind one address: ``python -m operations.serving``, or
`leaseline http`.
"""

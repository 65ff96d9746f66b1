"""What it costs: the whole flow and each service, beside a hand-written loop with the same guarantees and beside plain
handlers as most people would write them, in one run on the same servers. Ratios travel, seconds do not.
"""

"""What a clerk does with many orders at once, by the same requests as for one."""

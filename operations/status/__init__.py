"""`leaseline status`: how an installation stands, on one screen, in numbers. It judges nothing, as the doctor does."""

"""Pages: a file for each place in the left menu, or for each thing that a clerk does there."""

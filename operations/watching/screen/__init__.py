"""The watch room as a screen: rates, lanes, the last that went wrong, the lines."""

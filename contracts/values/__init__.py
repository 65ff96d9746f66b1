"""The values that messages are made of: words, money, places, serials, refusals."""

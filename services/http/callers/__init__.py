"""Who asks: keys, tokens, scopes, and how often one may."""

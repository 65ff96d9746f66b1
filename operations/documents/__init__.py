"""What finance takes away: an invoice as a document, the lines as a file, a statement of an account."""

"""What happens to subscriptions after the scan: corrected, replaced, reversed, cancelled, extended, ended, returned."""

"""What can go wrong with an installation, told so that a person can mend it."""

from deploy.local.trouble import ServersTrouble


class InstallationTrouble(ServersTrouble):
    """Topics or services cannot be had as they should be; the message says why and what to do."""

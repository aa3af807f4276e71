"""The registry at its full size: 550,000 studies read, searched, related, updated, shown and counted in bytes."""

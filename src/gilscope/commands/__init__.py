"""What each command does: these rooms print; nothing that is measured, stored or computed happens in them."""

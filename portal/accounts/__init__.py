"""The staff's accounts: invitation, password, second factor. Everything here answers under /admin/account/ alone."""

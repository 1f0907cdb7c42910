"""Who is looking: the door of the site, and the credential that a visitor brings to a cluster."""

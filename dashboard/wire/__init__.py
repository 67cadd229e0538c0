"""Connections and replies of the live lane and the public site."""

"""The fast lane: snapshots and event streams answered before Flask."""

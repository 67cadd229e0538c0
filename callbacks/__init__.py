"""The answers to what a person asks on a page; same file names as in pages.

Each registers a body: it gets the visit and returns what stands in the page's containers. All else
is the same for every page (dashboard/desks/answer.py).
"""

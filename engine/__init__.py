"""The one writer's loop: it takes in what intake has committed, adds up, judges and publishes.

It writes the hours that each sign spent in each state, and the index of the moment. Scores of a
period are not made here: receipts and rankings are reckoned from those hours by whoever asks
(`data_access.scoring`, `data_access.rankings`), which is the web, and `app.py warm` before it.
"""

"""The pages (`desks`) and what they share: components, words, security, live lane, supervisor."""

"""What the pages share: components, labels, security, the live lane, the API, the supervisor."""

"""What a web process makes once and hands down."""

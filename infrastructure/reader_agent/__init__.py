"""What lends a card in a reader on somebody's desk to the pages, and never lends the PIN. See docs/reader-agent.md."""

"""Files that a practice brings: care (CSV or JSON Lines) and its register (JSON Lines). Reading only, no decisions."""

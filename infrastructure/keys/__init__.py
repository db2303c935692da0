"""The master key and the keys of subjects. No other part of the product sees a key."""

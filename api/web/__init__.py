"""The pages: what a person sees of the product in a browser. No rule lives here."""

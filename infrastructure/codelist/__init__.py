"""Reader of an official list of refusal codes, as a practice saves it from a spreadsheet."""

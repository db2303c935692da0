"""The token service of eHealth and GenericAsync of MyCareNet on this machine: strict, signed, and nobody's money."""

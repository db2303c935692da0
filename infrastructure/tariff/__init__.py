"""Readers of tariff sets: our own format as JSON or CSV, and the public XML of the Belgian nomenclature."""

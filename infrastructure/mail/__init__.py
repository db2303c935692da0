"""Sending mail by SMTP: links and figures only, never a word about a patient."""

"""Prices: dated tariffs, what a line costs whom, blocks of a nursing day, limits of codes. Pure: data in, words out."""

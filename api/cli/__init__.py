"""The command line, for whoever runs the product or works without a browser."""

"""End-to-end tests that do without the shared installation."""

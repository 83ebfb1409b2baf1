"""One module a layout: how each partner's system writes its lines."""

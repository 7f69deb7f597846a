"""WooCommerce, the shop."""

"""The composition root: the only place that sees every layer. Import its modules; this one stays empty and light."""

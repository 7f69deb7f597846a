"""The two-way sync in one process, from one seed: people, providers, failures and crashes, and what must hold."""

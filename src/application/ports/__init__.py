"""What the use cases need of the outside: Protocols that adapters and fakes inherit."""

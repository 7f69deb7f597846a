"""Three-way comparison of records, laws, decisions and their journal: pure."""

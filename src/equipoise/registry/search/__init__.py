"""Full text search of records: the query and its language, documents, the index, and a naive reference."""

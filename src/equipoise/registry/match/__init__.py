"""Patient matching: from a short description or structured facts to studies, each criterion in three values."""

"""How long schemes of allocation take, alone and over many trials."""

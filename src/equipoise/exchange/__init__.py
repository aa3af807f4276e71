"""The field's formats in and out: a study and its analysis, written as the exchange standards want them."""

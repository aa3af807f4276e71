"""The pages that are served: a thin Django application around the registry's pages.

Views read a request, ask the index and return what the page package makes; they decide nothing. There are no
cookies, no sessions, no accounts and no tables, and nothing that a visitor sends is kept or logged.
"""

"""How it is told: problems, lists, the document of the API and its pages."""

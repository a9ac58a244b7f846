"""What leaves the program: maps, workbooks, documents, one-file pages."""

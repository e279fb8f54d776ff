"""Values into tables, Markdown, charts and pages; nothing is computed here."""

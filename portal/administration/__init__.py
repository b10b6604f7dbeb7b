"""Where administrators run the office: agencies, people, reasons, the record of changes."""

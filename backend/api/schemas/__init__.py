"""What the API takes and gives: one pydantic model for each body, one module for each noun."""

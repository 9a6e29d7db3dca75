"""Circuits in the forms of other programs: tables, attribution graphs, OpenAI's circuits."""

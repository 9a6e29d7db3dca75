"""A stored circuit as a file, for the API and the command line alike."""

from backend.exports.formats import Exported, ExportFormat, ExportOptions, export

__all__ = ["ExportFormat", "ExportOptions", "Exported", "export"]

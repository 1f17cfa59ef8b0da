"""Pages that a person reads."""

from onsets.report.page import Contents, page, write_page

__all__ = ["Contents", "page", "write_page"]

"""From stands to totals, targets and plans."""

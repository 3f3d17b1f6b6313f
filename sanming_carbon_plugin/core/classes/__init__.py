"""Which measure a stand gets, and why."""

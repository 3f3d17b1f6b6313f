"""Carbon of a stand: stock, yearly sink, and how sure that is."""

"""The papers of an application, written so that an office, a surveyor and a program each find their own."""

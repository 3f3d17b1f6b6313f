"""The Processing algorithms: they fill in a request, call a job and style what came out."""

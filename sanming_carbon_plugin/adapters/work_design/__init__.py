"""Work design (作业设计) of chosen parcels: a sheet and a map for each, and a list of all."""

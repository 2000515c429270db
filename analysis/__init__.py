"""From the launches of a campaign to tables and figures; reads HDF5 files of schema 1.x and nothing else."""

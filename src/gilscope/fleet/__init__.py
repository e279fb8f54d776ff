"""Many machines: one suite on the workers of a Dask cluster, and what each host measures as it comes.

Nothing here says what runs on a host: that is a `HostSide`, whose functions a cluster calls in its workers.
"""

"""What `nexus bench` measures: `bench_<name>.py` yields the rows, the files beside it do the measuring."""

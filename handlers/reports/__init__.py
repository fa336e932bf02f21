"""The figures of a period: satisfaction, resolution, promises kept, complaints, times and costs, in all and by what."""

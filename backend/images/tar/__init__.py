"""Tar archives, read and written as they stream by."""

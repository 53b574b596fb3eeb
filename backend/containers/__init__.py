"""Containers: their records, life cycle, logs, attach and exec."""

"""The engine and its machine: state, settings, data, troubles."""

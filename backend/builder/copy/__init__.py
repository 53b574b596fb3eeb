"""COPY and ADD: trees of files, what is taken of them, and the layer that they make."""

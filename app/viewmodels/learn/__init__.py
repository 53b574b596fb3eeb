"""Getting started and the walkthroughs."""

"""The machine as its user sees it: started, set, diagnosed, emptied."""

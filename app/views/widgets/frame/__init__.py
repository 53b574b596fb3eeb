"""Parts of the window's frame: sidebar, footer, bell, and what stands where there is no engine."""

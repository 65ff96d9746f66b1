"""What the engine tells about itself."""

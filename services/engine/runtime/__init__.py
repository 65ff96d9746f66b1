"""The shell of the engine: worker, lane manager, acquisition, and the ports that it sees the world by."""

"""The live half: from an API server's byte to a browser's pixel, through one gate."""

"""Maps and charts as SVG, made by the server: pure functions from outlines and numbers to text."""

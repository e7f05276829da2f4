"""The facts that come with the project: written by `export_facts`, read by `load_facts` (docs/facts.md)."""

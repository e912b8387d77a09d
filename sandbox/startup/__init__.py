"""The files read at the start: the workspace (JSON) and the app manifest (YAML)."""

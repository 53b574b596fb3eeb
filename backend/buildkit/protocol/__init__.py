"""Messages of BuildKit's API: `*.proto`, and the modules that protoc 21 makes of them (docs/builder.md)."""
